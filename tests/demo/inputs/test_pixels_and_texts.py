"""What can happen to images and texts, and to a kind that the demo knows nothing of."""

import numpy as np
import pytest

from demo.inputs.known import demo_input
from demo.shift import learnable
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.text import TextInput
from tests.perennial.kinds.toys.bits import BitsInput

DIGITS = ImageInput(shape=(8, 8), low=0, high=16, whole=True)


@pytest.mark.parametrize("name", ["inverted", "rotated"])
def test_a_shifted_image_is_still_one_of_the_task(name: str) -> None:
    """Its shape and its limits are the same, its pixels are not."""
    rows = DIGITS.to_arrow(DIGITS.examples(5, 1))
    whole = DIGITS.arrow_of(np.rint(DIGITS.from_arrow(rows)))
    (variant,) = demo_input(DIGITS).shifts[name].variants(whole)
    changed = variant.change(whole)
    assert learnable(DIGITS, whole, changed) and not changed.equals(whole)


def test_images_are_only_inverted_between_limits_and_only_turned_if_square() -> None:
    """Of others nobody knows what white is, and the model takes no other shape."""
    assert not demo_input(ImageInput(shape=(8, 9))).shifts


def test_texts_are_cut() -> None:
    """A client cuts them short; short ones stay."""
    kind = TextInput()
    rows = kind.to_arrow(["short", "long " * 20])
    (variant,) = demo_input(kind).shifts["cut"].variants(rows)
    assert demo_input(kind).instances(variant.change(rows)) == ["short", "long " * 6]


def test_a_kind_without_a_file_can_be_sent_but_not_shifted() -> None:
    """A fork's own kind plays the stories that need no shift."""
    kind = BitsInput.example()
    demo, instances = demo_input(kind), kind.examples(3, 1)
    assert not demo.shifts and demo.time is None
    assert demo.instances(kind.to_arrow(instances)) == instances
