"""Directions in which rows differ."""

import numpy as np
import pytest

from perennial.signals.components import principal_axes


@pytest.mark.parametrize("shape", [(200, 30), (30, 200)])
def test_axes_are_those_of_the_singular_values(shape: tuple[int, int]) -> None:
    """Tall or wide, the axes are the right singular vectors of the centred rows."""
    rows = np.random.default_rng(0).normal(size=shape) * np.linspace(1, 9, shape[1])
    axes = principal_axes(rows, count=4)
    _, _, vectors = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    assert np.abs(np.sum(axes * vectors[:4].T, axis=0)) == pytest.approx(np.ones(4))
    assert axes.T @ axes == pytest.approx(np.eye(4), abs=1e-9)


def test_the_sign_does_not_depend_on_the_rows_order() -> None:
    """The same rows in another order give the same axes."""
    rows = np.random.default_rng(1).normal(size=(50, 6))
    assert principal_axes(rows[::-1], count=3) == pytest.approx(principal_axes(rows, count=3))


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (3, 3)])
def test_rows_that_are_all_the_same_have_no_direction(shape: tuple[int, int]) -> None:
    """Rounding is no direction."""
    assert not principal_axes(np.full(shape, 0.1), count=4).any()
