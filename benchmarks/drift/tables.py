"""Shifts of a table: one column changes, as when a field's source changes."""

import numpy as np

from benchmarks.drift.frame import Floats

# A skewed column that is never missing, one that already is in 3 % of the rows, and the category
# with the most levels.
COLUMN, GAPS, CATEGORY = 7, 6, -1


def mean(inputs: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Move one column by `strength` standard deviations."""
    shifted = inputs.copy()
    shifted[:, COLUMN] += strength * np.nanstd(inputs[:, COLUMN])
    return shifted


def variance(inputs: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Spread one column by `strength` about its mean."""
    shifted = inputs.copy()
    centre = np.nanmean(inputs[:, COLUMN])
    shifted[:, COLUMN] = centre + strength * (inputs[:, COLUMN] - centre)
    return shifted


def category(inputs: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Set one categorical column to its rarest value in a share of the rows."""
    shifted = inputs.copy()
    values, counts = np.unique(inputs[:, CATEGORY], return_counts=True)
    shifted[rng.random(len(inputs)) < strength, CATEGORY] = values[counts.argmin()]
    return shifted


def missing(inputs: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Remove one column's value in a further share of the rows."""
    shifted = inputs.copy()
    shifted[rng.random(len(inputs)) < strength, GAPS] = np.nan
    return shifted
