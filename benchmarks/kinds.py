"""Bundles of a table and of texts, of usual sizes, for the benchmark of /predict.

The rows and labels are random: only the time that a prediction takes is measured.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from perennial.bundle import Bundle
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.signals import Rows
from tests.kinds import Kind, fit_bundle

NUMBERS, CATEGORIES = 6, 8  # columns, 14 as in the census
TREES, DEPTH = 100, 3
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
    trees = GradientBoostingClassifier(n_estimators=TREES, max_depth=DEPTH, random_state=0)
    model = make_pipeline(SimpleImputer(), trees)
    return fit_bundle(folder, "table", Kind(TABLE, _table_rows), model)


def text(folder: Path) -> Bundle:
    """Write and load a bundle of TF-IDF and a linear model over texts of 60 words."""
    words: Any = TfidfVectorizer(lowercase=False, token_pattern="[a-zA-Z0-9]+")
    model = make_pipeline(words, LogisticRegression())
    return fit_bundle(folder, "text", Kind(TextInput(), _texts), model)


KINDS: Mapping[str, Callable[[Path], Bundle]] = {"table": table, "text": text}
