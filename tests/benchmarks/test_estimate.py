"""What the benchmark of estimates counts as held."""

import numpy as np

from benchmarks.estimate.blocks import HEADER, Blocks, together

ONE = Blocks(
    estimate=np.array([0.01, 0.2, 0.3, 0.04]),
    constant=np.array([0.1, 0.1, 0.1, 0.1]),
    cbpe=None,
    unknown=np.array([False, True, False, True]),
)


def test_a_block_holds_if_it_is_near_the_truth_or_unknown() -> None:
    """A misleading block that is known is the only one that does not."""
    assert ONE.held == 0.75
    row = dict(zip(HEADER[1:], ONE.row(), strict=True))
    assert row["misleading, withdrawn"] == "1 of 2" and row["sound, withdrawn"] == "1 of 2"
    assert row["estimate, where known"] == "0.155"


def test_replays_of_a_history_are_counted_together() -> None:
    """One without CBPE leaves all without it."""
    asked = Blocks(ONE.estimate, ONE.constant, ONE.constant, ONE.unknown)
    assert len(together([ONE, asked]).estimate) == 8
    assert together([ONE, asked]).cbpe is None
    found = together([asked, asked]).cbpe
    assert found is not None and len(found) == 8
