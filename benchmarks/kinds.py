"""Bundles of a table and of texts, of usual sizes, for the benchmark of /predict.

The rows are random: only the time that a prediction takes is measured.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from perennial.bundle import Bundle
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.signals import Rows
from tests.kinds import OUTPUT, Kind, fit_bundle, write_bundle
from tests.models import ignore
from training.contracts.examples import Part
from training.model import model
from training.models.boosting import Boosting

NUMBERS, CATEGORIES = 6, 8  # columns, 14 as in the census
ROWS = 20_000  # that trees are fitted to, so that they have as many leaves as they may
WORDS, VOCABULARY = 60, 20_000
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


def text(folder: Path) -> Bundle:
    """Write and load a bundle of TF-IDF and a linear model over texts of 60 words."""
    words: Any = TfidfVectorizer(lowercase=False, token_pattern="[a-zA-Z0-9]+")
    pipeline = make_pipeline(words, LogisticRegression())
    return fit_bundle(folder, "text", Kind(TextInput(), _texts), pipeline)


KINDS: Mapping[str, Callable[[Path], Bundle]] = {"table": table, "text": text}
