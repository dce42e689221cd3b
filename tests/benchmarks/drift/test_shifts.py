"""Shifts do what they say, more with more strength, and nothing to what they do not name."""

import numpy as np
import pytest

from benchmarks.drift import images, tables, texts
from benchmarks.drift.shifts import SHIFTS, Shift
from benchmarks.drift.tabular import tabular

INPUTS, LABELS = tabular(2_000, np.random.default_rng(3))
TEXTS = np.array(["wheat prices rose again on monday"] * 50, dtype=object)


@pytest.mark.parametrize("kind", SHIFTS)
def test_every_shift_has_four_strengths_from_weak_to_strong(kind: str) -> None:
    """They go one way, so that a grade means the same in every row of the table."""
    for shift in SHIFTS[kind]:
        steps = np.diff(shift.strengths)
        assert len(shift.strengths) == 4
        assert (steps > 0).all() or (steps < 0).all()


@pytest.mark.parametrize("shift", SHIFTS["tabular"], ids=lambda shift: shift.name)
def test_a_shift_of_a_table_leaves_all_columns_but_one_alone(shift: Shift) -> None:
    """What is found in another column is found by chance."""
    if shift.change is not None:
        moved = shift.change(INPUTS, shift.strengths[-1], np.random.default_rng(4))
        same = [np.array_equal(a, b, equal_nan=True) for a, b in zip(INPUTS.T, moved.T)]
        assert same.count(False) == 1


def test_the_mean_moves_by_its_strength() -> None:
    """In standard deviations of the column."""
    moved = tables.mean(INPUTS, 0.5, np.random.default_rng(4))[:, tables.COLUMN]
    before = INPUTS[:, tables.COLUMN]
    assert (moved - before).mean() == pytest.approx(0.5 * before.std())


def test_images_keep_their_grey_levels() -> None:
    """A shift of the digits is not seen by values that the scanner never gave."""
    rng = np.random.default_rng(6)
    digits = rng.integers(17, size=(20, 8, 8)) / 16
    for change in (images.blur, images.noise, images.brightness, images.rotation):
        moved = change(digits, 0.7, rng)
        assert moved.shape == digits.shape
        assert set(np.unique(moved * 16)) <= set(range(17))


def test_texts_lose_words_and_letters_change_places() -> None:
    """Length keeps the first words; a typo keeps a word's letters."""
    rng = np.random.default_rng(8)
    assert texts.length(TEXTS, 0.5, rng)[0] == "wheat prices rose"
    assert texts.length(TEXTS, 0.01, rng)[0] == "wheat"
    slips = texts.typos(TEXTS, 1.0, rng)
    assert all(sorted(text) == sorted(TEXTS[0]) for text in slips)
    assert (slips != TEXTS).all()
