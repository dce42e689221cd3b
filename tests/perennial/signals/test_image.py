"""What is seen of an image."""

import numpy as np
import pytest

from perennial.kinds.inputs.image import ImageInput
from perennial.signals import Extraction, Rows
from tests import kinds
from tests.kinds import KINDS


def seen(kind: str, rows: Rows) -> dict[str, list[float]]:
    """Return the signals of images."""
    columns = kinds.fitted(KINDS[kind]).extract(rows)
    return {name: column.tolist() for name, column in columns.items()}


def test_light_and_contrast_are_told_apart() -> None:
    """More light is no contrast; a pattern is contrast, and edges across it."""
    stripes = np.tile([0.0, 2.0], (8, 4))
    found = seen("grey", np.stack([np.zeros((8, 8)), np.ones((8, 8)), stripes]))
    assert found["brightness"] == [0, 1, 1]
    assert found["contrast"] == [0, 0, 1]
    assert found["edges_horizontal"] == [0, 0, 2]
    assert found["edges_vertical"] == [0, 0, 0]


def test_an_edge_is_a_step_between_neighbours() -> None:
    """From one line's end to the next one's begin is no step."""
    halves = np.repeat([[0.0, 7.0]], 4, axis=1).repeat(8, axis=0)
    found = seen("grey", np.stack([halves, halves.T]))
    assert found["edges_horizontal"] == [1, 0]
    assert found["edges_vertical"] == [0, 1]


def test_a_block_is_a_sixteenth() -> None:
    """Light in one corner is in that corner's block and in no other."""
    image = np.zeros((1, 8, 8))
    image[0, 6:, :2] = 3
    found = seen("grey", image)
    lit = {name for name, values in found.items() if name.startswith("block") and values != [0]}
    assert lit == {"block_3_0"} and found["block_3_0"] == [3]


def test_colours_are_weighed_as_the_eye_does() -> None:
    """Grey is as bright as its channels; green is brighter than blue; channels are told apart."""
    images = np.zeros((3, 9, 8, 3))
    images[0] = 1
    images[1, ..., 1] = 1
    images[2, ..., 2] = 1
    found = seen("colour", images)
    assert found["brightness"] == pytest.approx([1, 0.587, 0.114])
    assert found["channel_1"] == [1, 1, 0]
    assert found["channel_2"] == [1, 0, 1]


def test_components_are_those_of_the_fitted_rows() -> None:
    """The first component follows the direction in which the rows differed most."""
    random = np.random.default_rng(0)
    pattern = np.sign(random.normal(size=(8, 8)))
    strengths = random.normal(size=200)
    rows = strengths[:, None, None] * pattern + random.normal(0, 0.01, size=(200, 8, 8))
    found = Extraction.fit(ImageInput(shape=(8, 8)), rows).extract(rows)
    assert abs(np.corrcoef(found["component_1"], strengths)[0, 1]) > 0.999
    assert found["component_2"].std() < found["component_1"].std() / 100
