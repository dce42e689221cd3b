"""The overhead of the counters is what the rounds say, with an honest interval."""

from benchmarks.cost.counters import Pair, Turn, overhead


def _pair(slower: float) -> Pair:
    on, off = Turn(rate=1000 * (1 - slower), spent=1.1e-4), Turn(rate=1000, spent=1e-4)
    return Pair(counted=(on, on), uncounted=(off, off))


def test_the_overhead_is_the_median_of_the_rounds() -> None:
    """One disturbed round moves neither the overhead nor the interval's near end."""
    found = overhead([_pair(0.01), _pair(0.02), _pair(0.02), _pair(0.03), _pair(0.9)])
    assert round(found.slower, 6) == 0.02
    assert found.low >= 0.0099
    assert round(found.dearer, 6) == 0.1


def test_equal_rounds_leave_no_doubt() -> None:
    """Where every round says the same the interval has no width."""
    found = overhead([_pair(0.02)] * 5)
    assert found.low == found.high == found.slower
    assert found.dearer_low == found.dearer_high == found.dearer
