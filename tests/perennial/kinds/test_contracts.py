"""Every kind that is there keeps every promise."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from demo.inputs.image import as_png
from perennial.kinds.contracts import INPUT_CHECKS, OUTPUT_CHECKS
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.known import INPUTS, OUTPUTS
from perennial.kinds.output_kind import OutputKind
from tests.kinds import KINDS


class Pictures(ImageInput):
    """Colour images, every other one of which is sent as a file."""

    def examples(self, count: int, seed: int) -> list[Any]:
        """Return images of random pixels."""
        random = np.random.default_rng(seed)
        images = random.integers(0, 256, (count, *self.shape)).astype(np.float32)
        return [{"png": as_png(row)} if at % 2 else row.tolist() for at, row in enumerate(images)]


SCHEMAS = {
    "pictures": Pictures(shape=(6, 4, 3), low=0, high=255),
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
