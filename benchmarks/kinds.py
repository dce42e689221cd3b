"""Bundles of a table, of texts and of pictures, of usual sizes, for the benchmark of /predict.

The rows are random: only the time that a prediction takes is measured.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from perennial.bundle import Bundle
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.signals import Rows
from tests.kinds import OUTPUT, Kind, write_bundle
from tests.models import ignore
from training.contracts.examples import Part
from training.model import model
from training.models.boosting import Boosting
from training.models.cnn import Cnn
from training.models.ngrams import Ngrams

NUMBERS, CATEGORIES = 6, 8  # columns, 14 as in the census
ROWS = 20_000  # that trees are fitted to, so that they have as many leaves as they may
WORDS, VOCABULARY = 60, 20_000
TEXTS, NGRAMS = 5_000, 100_000
PICTURES = 200  # one short epoch: weights that mean nothing take as long
GAPS = 0.05
TABLE = TableInput(
    columns=(
        *(NumberColumn(name=f"number_{i}") for i in range(NUMBERS)),
        *(
            CategoryColumn(name=f"category_{i}", categories=tuple(f"value {c}" for c in range(10)))
            for i in range(CATEGORIES)
        ),
    )
)
TEXT = TextInput(cleaning=("nfkc", "lower", "words"))
PICTURE = ImageInput(shape=(32, 32, 3), low=0, high=255, whole=True)


def _table_rows(count: int, seed: int) -> Rows:
    random = np.random.default_rng(seed)
    numbers = random.lognormal(3, 1, (count, NUMBERS))
    numbers[random.random(numbers.shape) < GAPS] = np.nan
    categories = random.integers(0, 10, (count, CATEGORIES))
    return np.concatenate([numbers, categories], axis=1).astype(np.float32)


def _texts(count: int, seed: int) -> Rows:
    random = np.random.default_rng(seed)
    words = random.zipf(1.3, (count, WORDS)) % VOCABULARY
    rows = np.empty(count, dtype=object)
    rows[:] = [" ".join(f"w{word}" for word in row) for row in words.tolist()]
    return rows


def table(folder: Path) -> Bundle:
    """Write and load a bundle of 100 boosted trees over 14 columns, 8 of them categories."""
    rows = _table_rows(ROWS, 1)
    truths = np.nan_to_num(rows).sum(axis=1) + np.random.default_rng(0).normal(0, 20, ROWS)
    part = Part(rows, (truths > np.median(truths)).astype(np.int64))
    trees = Boosting().fit(model.Rows(part, part), TABLE, OUTPUT, Boosting.trial, ignore)
    return write_bundle(folder, "table", Kind(TABLE, _table_rows), trees.values, trees.write_onnx)


def _pictures(count: int, seed: int) -> Rows:
    pixels = np.random.default_rng(seed).integers(0, 256, (count, *PICTURE.shape))
    return pixels.astype(np.float32)


def _part(rows: Rows) -> Part:
    """Return rows with labels that mean nothing."""
    return Part(rows, np.random.default_rng(0).integers(0, 2, len(rows)))


def text(folder: Path) -> Bundle:
    """Write and load a bundle of word pairs over texts of 60 words, cleaned as those of `news`."""
    part = _part(_texts(TEXTS, 1))
    chosen = Ngrams.trial.model_copy(update={"most": NGRAMS, "characters": 0})
    pairs = Ngrams().fit(model.Rows(part, part), TEXT, OUTPUT, chosen, ignore)
    return write_bundle(folder, "text", Kind(TEXT, _texts), pairs.values, pairs.write_onnx)


def picture(folder: Path) -> Bundle:
    """Write and load a bundle of the network of `cifar10` over colour pictures of 32 by 32."""
    part = _part(_pictures(PICTURES, 1))
    size = {"scale": 255, "filters": 16, "halvings": 3, "epochs": 1, "batch_size": 64}
    chosen = Cnn.trial.model_copy(update=size)
    network = Cnn().fit(model.Rows(part, part), PICTURE, OUTPUT, chosen, ignore)
    kind = Kind(PICTURE, _pictures)
    return write_bundle(folder, "picture", kind, network.values, network.write_onnx)


KINDS: Mapping[str, Callable[[Path], Bundle]] = {"table": table, "text": text, "picture": picture}
