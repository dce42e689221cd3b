"""The rows of each task: real digits, CIFAR-10 and AG News, and a synthetic table.

The table has labels of two kinds: classes (`tabular`) and numbers (`amounts`).
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.drift.tabular import SPREAD, amounts, tabular
from perennial.kinds.output_kind import OutputKind, Truths
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.outputs.number import NumberOutput

# A row's input: numbers, pixels from 0 to 1, or text.
Inputs = NDArray[Any]


class DataMissing(Exception):
    """A task's data is not on this machine; the message names the missing file."""


@dataclass(frozen=True)
class Rows:
    """Rows to train the model, and the population that reference and traffic are drawn from."""

    kind: str
    output: OutputKind
    train: Inputs
    train_labels: Truths
    population: Inputs
    labels: Truths

    @property
    def middle(self) -> float:
        """The label under which half of the classes, or of the rows, lie."""
        return len(self.output.labels) / 2 or float(np.median(self.labels))

    @property
    def mix(self) -> Truths:
        """0 for the rows that become more frequent where the mix changes, shape (rows,)."""
        if self.output.labels:
            return self.labels
        spread = self.population[:, SPREAD]
        found: Truths = (spread <= np.median(spread)).astype(np.int64)
        return found


def _classes(count: int) -> OutputKind:
    return ClassesOutput(labels=tuple(map(str, range(count))))


def _table(folder: Path, rng: np.random.Generator) -> Rows:
    inputs, labels = tabular(12_000, rng)
    return _halves("tabular", _classes(3), inputs, labels)


def _amounts(folder: Path, rng: np.random.Generator) -> Rows:
    inputs, labels = amounts(12_000, rng)
    return _halves("amounts", NumberOutput(unit="EUR", low=0), inputs, labels)


def _halves(kind: str, output: OutputKind, inputs: Inputs, labels: Truths) -> Rows:
    half = len(labels) // 2
    return Rows(kind, output, inputs[:half], labels[:half], inputs[half:], labels[half:])


def _digits(folder: Path, rng: np.random.Generator) -> Rows:
    from sklearn.datasets import load_digits

    data = load_digits()
    order = rng.permutation(len(data.target))
    images, labels = data.images[order] / 16, data.target[order].astype(np.int64)
    return Rows("image", _classes(10), images[:600], labels[:600], images[600:], labels[600:])


def _cifar10(folder: Path, rng: np.random.Generator) -> Rows:
    train, train_labels = _images(folder / "cifar10" / "train.parquet", 10_000)
    images, labels = _images(folder / "cifar10" / "test.parquet", 6_000)
    return Rows("image", _classes(10), train, train_labels, images, labels)


def _images(file: Path, rows: int) -> tuple[Inputs, Truths]:
    import pyarrow.parquet
    from PIL import Image

    _there(file)
    table = pyarrow.parquet.read_table(file).slice(0, rows)
    coded = table["image"].to_pylist()
    pixels = np.stack([np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")) for jpeg in coded])
    return pixels / 255.0, np.array(table["label"].to_pylist(), dtype=np.int64)


def _news(folder: Path, rng: np.random.Generator) -> Rows:
    train, train_labels = _articles(folder / "ag_news" / "train.csv")
    texts, labels = _articles(folder / "ag_news" / "test.csv")
    return Rows("text", _classes(4), train, train_labels, texts, labels)


def _articles(file: Path) -> tuple[Inputs, Truths]:
    _there(file)
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = [row.get("text") or f"{row['title']} . {row['description']}" for row in rows]
    labels = np.unique([row["label"] for row in rows], return_inverse=True)[1]
    return np.array(texts, dtype=object), labels.astype(np.int64)


def _there(file: Path) -> None:
    if not file.exists():
        raise DataMissing(f"{file}: missing; set PERENNIAL_DATA to the folder with the data")


LOADERS: dict[str, Callable[[Path, np.random.Generator], Rows]] = {
    "tabular": _table,
    "amounts": _amounts,
    "digits": _digits,
    "cifar10": _cifar10,
    "news": _news,
}
