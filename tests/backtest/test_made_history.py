"""Made histories change where they are said to."""

import numpy as np
import pytest

from backtest.streams.made.rows import rows


@pytest.mark.parametrize("middle", [0.25, 0.5, 0.7])
def test_a_sudden_change_comes_after_a_share_of_the_rows(middle: float) -> None:
    """The first number moves by one from that row on, and not before."""
    numbers = rows("sudden", 20_000, seed=1, middle=middle).table["x0"].to_numpy()
    change = int(20_000 * middle)
    assert numbers[:change].mean() == pytest.approx(0, abs=0.05)
    assert numbers[change:].mean() == pytest.approx(1, abs=0.05)
    assert np.abs(numbers[change - 500 : change].mean()) < 0.2
    assert numbers[change : change + 500].mean() > 0.8
