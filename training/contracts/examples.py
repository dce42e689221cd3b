"""Easy rows of every kind of input and output, made by hand, that a model is tried on."""

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
from perennial.kinds.known import OUTPUTS
from perennial.kinds.output_kind import OutputKind, Truths
from training.model.model import Rows

Inputs = NDArray[Any]
# Returns inputs for the places of labels, shape (rows, *input shape).
Make = Callable[[NDArray[np.int64], np.random.Generator], Inputs]
TRAIN, VALIDATION = 120, 60  # rows
WORDS = ("river bank fish water", "team goal match score", "share price stock market")


@dataclass(frozen=True)
class Part:
    """Rows with their labels; inputs: shape (rows, *input shape), labels: truths."""

    inputs: Inputs
    labels: Truths


@dataclass(frozen=True)
class Example:
    """A small task: the schemas of input and output, and rows that are easy to tell apart."""

    name: str
    schema: InputKind
    output: OutputKind
    rows: Rows


def example(name: str, schema: InputKind, make: Make, output: OutputKind) -> Example:
    """Return an example with as many rows of each of three labels."""
    random, labels = np.random.default_rng(7), three_labels(output)

    def part(rows: int) -> Part:
        places = np.arange(rows) % len(labels)
        return Part(make(places, random), output.truths([labels[at] for at in places]))

    rows = Rows(part(TRAIN), part(VALIDATION))
    return Example(f"{name}, {output.kind}", schema, output, rows)


def three_labels(output: OutputKind) -> list[str]:
    """Return three labels of an output, the smallest truth first."""
    answers = output.answers(output.examples(TRAIN, 7))
    found = sorted({output.stored(answer)[0] for answer in answers})
    return [found[at] for at in np.argsort(output.truths(found), kind="stable")][:3]


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
    """Return a column of numbers, and one of categories that tell the label.

    Some of both are missing, and some categories are unknown ones.
    """
    values = np.stack([random.normal(size=len(truth)), truth], axis=1)
    drawn = np.asarray(random.random(values.shape))
    values[drawn < 0.03] = np.nan
    values[drawn[:, 1] > 0.97, 1] = len(COLOUR.categories)
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
EXAMPLE_INPUTS: tuple[tuple[str, InputKind, Make], ...] = (
    ("grey images", ImageInput(shape=(8, 8)), images((8, 8))),
    ("colour images", ImageInput(shape=(9, 8, 3)), images((9, 8, 3))),
    ("numbers", TableInput(columns=NUMBERS), columns),
    ("categories", TableInput(columns=(AGE, COLOUR)), people),
    ("texts", TextInput(), texts),
)
EXAMPLES = tuple(
    example(*given, output)
    for output in [kind.example() for kind in OUTPUTS.values()]
    for given in EXAMPLE_INPUTS
)
