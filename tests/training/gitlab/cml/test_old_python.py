"""CML's image has Python 3.8 and no packages: what runs there must be content with that."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.workspace import ROOT

NEWER = {"removeprefix", "removesuffix", "pairwise", "cache"}


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the modules that a file imports, and what may be modules of a package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _file(module: str) -> Path | None:
    base = ROOT / module.replace(".", "/")
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


def _needed(module: str, found: dict[str, Path]) -> dict[str, Path]:
    """Return the files of ours that a module needs, packages around them too."""
    file = _file(module)
    if file is not None and module not in found:
        found[module] = file
        for name in [module.rpartition(".")[0], *_imports(ast.parse(file.read_text()))]:
            _needed(name, found)
    return found


FILES = _needed("training.gitlab.cml.__main__", {})


def _evaluated(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs: everything but annotations, which the future import keeps as text."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                yield node
                yield from _evaluated(node)


def test_the_files_are_found() -> None:
    """They come from three packages; a lone entry would prove nothing about the rest."""
    assert {"training", "perennial.gitlab.plain", "training.gitlab.note"} < set(FILES)


@pytest.mark.parametrize("module", sorted(FILES))
def test_it_runs_in_cml_s_image(module: str) -> None:
    """Old syntax, the standard library and such files alone, new types in annotations only."""
    tree = ast.parse(FILES[module].read_text(), feature_version=(3, 8))
    imports = set(_imports(tree))
    for name in imports:
        package, top = name.rpartition(".")[0], name.partition(".")[0]
        assert name in FILES or package in FILES or top in sys.stdlib_module_names, name
    assert "__future__" in imports or not list(_evaluated(tree))[2:]
    for node in _evaluated(tree):
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert node.value.id not in ("list", "dict", "set", "tuple", "type", "frozenset")
        assert not (isinstance(node, ast.Attribute) and node.attr in NEWER)
