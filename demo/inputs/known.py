"""Finds what a kind of input adds to the demo: the file of its name in this folder."""

from importlib import import_module
from importlib.util import find_spec

from demo.inputs.demo_input import DemoInput, PlainInput
from perennial.kinds.input_kind import InputKind


def demo_input(kind: InputKind) -> DemoInput:
    """Return it for one task's input; a kind without a file adds nothing."""
    name = f"{__package__}.{kind.kind}"
    if find_spec(name) is None:
        return PlainInput(kind)
    found: DemoInput = import_module(name).INPUT(kind)
    return found
