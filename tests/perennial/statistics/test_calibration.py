"""The calibration error: the textbook's on rows, near its chance level for a calibrated model."""

import numpy as np
import pytest
from numpy.typing import NDArray

from perennial.statistics.calibration import BOUNDS, calibration_chance, calibration_error
from perennial.statistics.errors import BinMismatch, InvalidArgument, InvalidCounts

Floats = NDArray[np.float64]


def _binned(confidence: Floats, right: NDArray[np.bool_]) -> list[Floats]:
    """Return labels, right ones and summed confidence by the service's bins."""
    place = np.searchsorted(BOUNDS[:-1], confidence)
    return [
        np.bincount(place, weights=weights, minlength=len(BOUNDS)).astype(float)
        for weights in (np.ones(len(right)), right, confidence)
    ]


def test_it_is_the_textbooks_on_rows() -> None:
    """The gap of each bin's rows, weighed by how many there are."""
    random = np.random.default_rng(3)
    confidence = random.uniform(0.3, 1, 500)
    right = random.random(500) < confidence**2
    gaps = []
    for low, high in zip((0.0, *BOUNDS[:-1]), BOUNDS, strict=True):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gap = abs(right[inside].mean() - confidence[inside].mean())
            gaps.append(gap * inside.mean())
    assert calibration_error(*_binned(confidence, right)) == pytest.approx(sum(gaps))


@pytest.mark.parametrize("rows", [100, 1000, 10_000])
def test_a_calibrated_model_has_the_error_of_chance(rows: int) -> None:
    """Over many simulated windows the mean error is what was foretold, within a tenth."""
    random = np.random.default_rng(5)
    errors, chances = [], []
    for _ in range(300):
        confidence = random.beta(6, 1.5, rows)
        counts, good, total = _binned(confidence, random.random(rows) < confidence)
        errors.append(calibration_error(counts, good, total) or 0.0)
        chances.append(calibration_chance(counts, total) or 0.0)
    assert np.mean(chances) == pytest.approx(np.mean(errors), rel=0.1)


def test_a_model_that_is_too_sure_is_far_over_chance() -> None:
    """Where it says 0.95 and is right in 0.8, the error is the difference."""
    counts, total = np.array([0.0, 1000.0]), np.array([0.0, 950.0])
    error = calibration_error(counts, np.array([0.0, 800.0]), total)
    chance = calibration_chance(counts, total)
    assert error is not None and chance is not None
    assert error == pytest.approx(0.15) and error > 10 * chance


def test_nothing_has_no_error() -> None:
    """Without labels there is no calibration error, rather than one of 0."""
    assert calibration_error([0, 0], [0, 0], [0, 0]) is None
    assert calibration_chance([0, 0], [0, 0]) is None


@pytest.mark.parametrize(
    "labels, right, confidence, error, message",
    [
        ([1, 2], [1], [0.5, 1.5], BinMismatch, r"right: got \(1,\)"),
        ([1, 2], [1, 1], [[0.5, 1.5]], BinMismatch, "confidence: got"),
        ([1, -2], [1, 1], [0.5, 1.5], InvalidCounts, "labels: got"),
        ([1, 2], [1, float("nan")], [0.5, 1.5], InvalidCounts, "right: got"),
        ([1, 2], [1, 1], [0.5, float("inf")], InvalidCounts, "confidence: got"),
    ],
)
def test_what_makes_no_sense_is_refused(
    labels: list[float],
    right: list[float],
    confidence: list[float],
    error: type[InvalidArgument],
    message: str,
) -> None:
    """Other bins and impossible counts are named, not computed."""
    with pytest.raises(error, match=message):
        calibration_error(labels, right, confidence)
