"""What can happen to images and texts, and to a kind that the demo knows nothing of."""

import numpy as np
import pyarrow
import pytest

from demo.inputs.known import demo_input
from demo.shift import learnable
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.text import TextInput
from perennial.statistics.counts import Floats
from tests.perennial.kinds.toys.bits import BitsInput

DIGITS = ImageInput(shape=(8, 8), low=0, high=16, whole=True)
PHOTOGRAPHS = ImageInput(shape=(8, 8, 3), low=0, high=255, whole=True)


@pytest.mark.parametrize("kind", [DIGITS, PHOTOGRAPHS])
def test_a_shifted_image_is_still_one_of_the_task(kind: ImageInput) -> None:
    """Its shape and its limits are the same, its pixels are not."""
    rows = kind.to_arrow(kind.examples(5, 1))
    whole = kind.arrow_of(np.rint(kind.from_arrow(rows)))
    for shift in demo_input(kind).shifts.values():
        (variant,) = shift.variants(whole)
        changed = variant.change(whole)
        assert learnable(kind, whole, changed) and not changed.equals(whole)
        assert changed.equals(variant.change(whole)), "the same images change in the same way"


def _light(kind: ImageInput, rows: pyarrow.Table) -> Floats:
    """Return the mean value of each image."""
    images = kind.from_arrow(rows)
    light: Floats = images.reshape(len(images), -1).mean(axis=1)
    return light


def test_only_colours_get_a_tint() -> None:
    """It is the first shift of those that do: what is blue gets darker than what is red."""
    names = ["inverted", "rotated", "blurred", "noisy"]
    assert list(demo_input(DIGITS).shifts) == names
    assert list(demo_input(PHOTOGRAPHS).shifts) == ["tinted", *names]
    white = PHOTOGRAPHS.arrow_of(np.full((1, *PHOTOGRAPHS.shape), 255, np.float32))
    (variant,) = demo_input(PHOTOGRAPHS).shifts["tinted"].variants(white)
    red, green, blue = PHOTOGRAPHS.from_arrow(variant.change(white))[0, 0, 0]
    assert red == 255 > green > blue > 0


def test_photographs_are_sent_as_files_which_lose_nothing() -> None:
    """Pixels of other ranges have no file, and are sent as lists."""
    rows = PHOTOGRAPHS.arrow_of(np.arange(192, dtype=np.float32).reshape(1, 8, 8, 3))
    (sent,) = demo_input(PHOTOGRAPHS).instances(rows)
    assert list(sent) == ["png"] and PHOTOGRAPHS.to_arrow([sent]).equals(rows)
    assert isinstance(demo_input(DIGITS).instances(DIGITS.to_arrow(DIGITS.examples(1, 1)))[0], list)


def test_images_are_only_inverted_between_limits_and_only_turned_if_square() -> None:
    """Of others nobody knows what white is, and the model takes no other shape."""
    assert not demo_input(ImageInput(shape=(8, 9))).shifts


@pytest.mark.parametrize("kind", [DIGITS, PHOTOGRAPHS])
def test_a_lamp_fades_in_three_steps(kind: ImageInput) -> None:
    """Each image gets darker at each of them, and is one of the task still."""
    rows = kind.arrow_of(np.rint(kind.from_arrow(kind.to_arrow(kind.examples(5, 1)))))
    light = _light(kind, rows)
    assert len(demo_input(kind).steps) == 3
    for step in demo_input(kind).steps:
        changed = step.change(rows)
        before, light = light, _light(kind, changed)
        assert learnable(kind, rows, changed) and (light < before).all()


def test_of_images_without_limits_nobody_knows_what_is_dark() -> None:
    """So no lamp of theirs fades."""
    assert not demo_input(ImageInput(shape=(8, 8))).steps


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
