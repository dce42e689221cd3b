"""Every kind that is there keeps every promise."""

from collections.abc import Callable

import pytest

from perennial.kinds.contracts import INPUT_CHECKS, OUTPUT_CHECKS
from perennial.kinds.input_kind import InputKind
from perennial.kinds.known import INPUTS, OUTPUTS
from perennial.kinds.output_kind import OutputKind
from tests.kinds import KINDS

SCHEMAS = {
    **{f"{name} example": kind.example() for name, kind in INPUTS.items()},
    **{name: kind.schema for name, kind in KINDS.items()},
}


@pytest.mark.parametrize("check", INPUT_CHECKS)
@pytest.mark.parametrize("kind", SCHEMAS.values(), ids=SCHEMAS)
def test_a_kind_of_input_keeps_its_promise(
    kind: InputKind, check: Callable[[InputKind], None]
) -> None:
    """The check's own name and sentence say which."""
    check(kind)


@pytest.mark.parametrize("check", OUTPUT_CHECKS)
@pytest.mark.parametrize("kind", [kind.example() for kind in OUTPUTS.values()], ids=OUTPUTS)
def test_a_kind_of_output_keeps_its_promise(
    kind: OutputKind, check: Callable[[OutputKind], None]
) -> None:
    """The check's own name and sentence say which."""
    check(kind)
