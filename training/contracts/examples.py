"""Easy rows of every kind of input, made by hand, that a model is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from training.model.model import Rows

Inputs = NDArray[Any]
# Returns inputs for the labels, shape (rows, *input shape).
Make = Callable[[NDArray[np.int64], np.random.Generator], Inputs]
TRAIN, VALIDATION = 120, 60  # rows
WORDS = ("river bank fish water", "team goal match score", "share price stock market")


@dataclass(frozen=True)
class Part:
    """Rows with their labels; inputs: shape (rows, *input shape), labels: indices."""

    inputs: Inputs
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Example:
    """A small task: the schema of its input, its labels, and rows that are easy to tell apart."""

    name: str
    schema: InputKind
    labels: tuple[str, ...]
    rows: Rows


def example(name: str, schema: InputKind, labels: tuple[str, ...], make: Make) -> Example:
    """Return an example with as many rows of each label."""
    random = np.random.default_rng(7)

    def part(rows: int) -> Part:
        truth = np.arange(rows) % len(labels)
        return Part(make(truth, random), truth)

    return Example(name, schema, labels, Rows(part(TRAIN), part(VALIDATION)))


def images(shape: tuple[int, ...]) -> Make:
    """Return a maker of images with values from 0 to 16: a pattern for each label, and noise."""
    patterns = np.random.default_rng(1).integers(2, 15, size=(3, *shape))

    def make(truth: NDArray[np.int64], random: np.random.Generator) -> Inputs:
        noise = random.integers(-2, 3, size=(len(truth), *shape))
        return np.asarray(patterns[truth] + noise, np.float32)

    return make


def columns(truth: NDArray[np.int64], random: np.random.Generator) -> Inputs:
    """Return four columns of numbers that grow with the label; some are missing."""
    values = 4.0 * truth[:, None] + random.normal(size=(len(truth), 4))
    values[random.random(values.shape) < 0.05] = np.nan
    return np.asarray(values, np.float32)


def people(truth: NDArray[np.int64], random: np.random.Generator) -> Inputs:
    """Return a column of numbers and one of categories, which tell the label."""
    values = np.stack([random.normal(size=len(truth)), truth], axis=1)
    return np.asarray(values, np.float32)


def texts(truth: NDArray[np.int64], random: np.random.Generator) -> Inputs:
    """Return texts of four words that tell the label."""
    made = np.empty(len(truth), dtype=object)
    for row, label in enumerate(truth):
        made[row] = " ".join(random.choice(WORDS[label].split(), 4).tolist())
    return made


NUMBERS = tuple(NumberColumn(name=name) for name in ("width", "height", "depth", "weight"))
AGE = NumberColumn(name="age")
COLOUR = CategoryColumn(name="colour", categories=("red", "green", "blue"))
TWO, THREE = ("no", "yes"), ("one", "two", "three")
EXAMPLES = (
    example("grey images", ImageInput(shape=(8, 8)), THREE, images((8, 8))),
    example("colour images", ImageInput(shape=(9, 8, 3)), TWO, images((9, 8, 3))),
    example("numbers", TableInput(columns=NUMBERS), THREE, columns),
    example("categories", TableInput(columns=(AGE, COLOUR)), TWO, people),
    example("texts", TextInput(), THREE, texts),
)
