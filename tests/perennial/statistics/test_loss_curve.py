"""The loss to expect of a row from the width of its interval."""

import numpy as np
import pytest

from perennial.statistics.counts import Floats
from perennial.statistics.loss_curve import fit_curve, held_out


def drawn(rows: int, seed: int) -> tuple[Floats, Floats]:
    """Return widths and absolute errors of rows whose spread differs."""
    random = np.random.default_rng(seed)
    spread = random.gamma(2, 1, rows)
    return 3.29 * spread, np.abs(random.normal(0, spread))


def test_the_curve_rises_and_keeps_the_mean() -> None:
    """Wider intervals never let expect less; on its own rows the curve's mean is the loss's."""
    widths, losses = drawn(2000, 1)
    curve = fit_curve(widths, losses, power=1)
    assert (np.diff(curve.loss) >= 0).all() and (np.diff(curve.at) > 0).all()
    assert curve(widths).mean() == pytest.approx(losses.mean())


def test_the_estimate_follows_a_harder_mix_within_its_error() -> None:
    """On new rows, three times as wide or not, it is off by its stated standard error or so."""
    widths, losses = drawn(2000, 1)
    curve = fit_curve(widths, losses, power=1)
    missed = losses - held_out(widths, losses, power=1)
    deviation = float(np.sqrt((missed**2).mean()))
    new_widths, new_losses = drawn(4000, 2)
    hard = new_widths > np.quantile(new_widths, 0.7)
    for rows in (np.ones(4000, bool), hard):
        error = deviation * np.sqrt(1 / rows.sum() + 1 / 2000)
        assert abs(curve(new_widths[rows]).mean() - new_losses[rows].mean()) < 4 * error
    assert curve(new_widths[hard]).mean() > 1.7 * losses.mean()


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_beyond_the_widest_the_loss_goes_on(power: float) -> None:
    """In proportion, or with the square."""
    curve = fit_curve(np.arange(100.0), np.arange(100.0), power=power)
    widest = curve.at[-1]
    assert curve(np.array([3 * widest]))[0] == pytest.approx(3**power * curve.loss[-1])


def test_equal_widths_let_expect_the_mean() -> None:
    """Where the signal tells nothing, every row is expected to lose the mean."""
    losses = np.random.default_rng(5).exponential(2, 100)
    curve = fit_curve(np.full(100, 7.0), losses, power=1)
    assert curve(np.array([7.0]))[0] == pytest.approx(losses.mean())


def test_a_row_without_a_width_has_no_loss() -> None:
    """What a broken model returned lets expect nothing."""
    curve = fit_curve(np.arange(100.0), np.arange(100.0), power=1)
    assert np.isnan(curve(np.array([np.nan]))[0])
