"""Programs of ci/ without an ending, imported as modules."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

from demo.workspace import ROOT


def load(name: str) -> ModuleType:
    """Return a Python program of ci/ as a module."""
    loader = SourceFileLoader(name, str(ROOT / "ci" / name))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
