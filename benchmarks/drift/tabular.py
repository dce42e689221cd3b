"""A synthetic table of 30 correlated signals: 24 numeric, some with gaps, and 6 categorical."""

from collections.abc import Callable

import numpy as np

from benchmarks.drift.frame import Floats, Ints

NUMERIC, CATEGORICAL, FACTORS = 24, 6, 5
# The column by which the spread of amounts grows.
SPREAD = 1
# Every third number is missing in 1 to 8 % of the rows.
MISSING_EVERY = 3

SHAPES: tuple[Callable[[Floats], Floats], ...] = (
    lambda z: z,
    lambda z: np.exp(0.8 * z),
    lambda z: np.floor(np.exp(1 + 0.7 * z)),
    lambda z: 1 / (1 + np.exp(-1.5 * z)),
    lambda z: z + 3 * np.sign(z),
    lambda z: np.abs(z) * z,
)


def amounts(rows: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the same inputs, and amounts whose spread differs between rows.

    >>> inputs, labels = amounts(100, np.random.default_rng(1))
    >>> inputs.shape, bool((labels >= 0).all())
    ((100, 30), True)
    """
    inputs, latent, rules = _table(rows, rng)
    centre = 0.4 * latent @ rules.normal(size=latent.shape[1])
    noise = np.exp(0.6 * latent[:, SPREAD] - 1) * rng.normal(size=rows)
    return inputs, np.maximum(100 + 30 * (centre + noise), 0)


def tabular(rows: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Return inputs of shape (rows, 30), categories last as whole numbers, and 3 classes.

    The table's distribution is fixed; only its rows depend on `rng`.

    >>> inputs, labels = tabular(100, np.random.default_rng(1))
    >>> inputs.shape, sorted(set(labels.tolist()))
    ((100, 30), [0, 1, 2])
    """
    inputs, latent, rules = _table(rows, rng)
    utility = 1.6 * latent @ rules.normal(size=(latent.shape[1], 3)) * 0.5
    labels = (utility + rng.gumbel(size=utility.shape)).argmax(axis=1)
    return inputs, labels.astype(np.int64)


def _table(rows: int, rng: np.random.Generator) -> tuple[Floats, Floats, np.random.Generator]:
    """Return the inputs, the latent columns behind them, and what draws rules for labels."""
    rules = np.random.default_rng(30)
    loadings = rules.normal(size=(FACTORS, NUMERIC + CATEGORICAL))
    factors = rng.normal(size=(rows, FACTORS))
    latent = (factors @ loadings + 1.5 * rng.normal(size=(rows, NUMERIC + CATEGORICAL))) / 2.7
    numbers = np.stack([SHAPES[j % len(SHAPES)](latent[:, j]) for j in range(NUMERIC)], axis=1)
    for j in range(0, NUMERIC, MISSING_EVERY):
        numbers[rng.random(rows) < 0.01 * (1 + j / MISSING_EVERY), j] = np.nan
    categories = [_cut(latent[:, NUMERIC + j], levels(j)) for j in range(CATEGORICAL)]
    return np.column_stack([numbers, *categories]), latent, rules


def levels(category: int) -> int:
    """Return the number of values of a categorical column: 3 to 8."""
    return 3 + category


def _cut(latent: Floats, count: int) -> Floats:
    # Uneven shares: the first level is the commonest.
    cuts = np.linspace(0, 1.8, count - 1)
    found: Floats = np.searchsorted(cuts, latent).astype(np.float64)
    return found
