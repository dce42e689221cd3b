"""A row's digest: equal for equal rows, different for others, and the same for ever."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.digest import digest, digest_rows, digests


def test_equal_rows_have_equal_digests() -> None:
    """The sign of a zero, the bits of a missing value, shape and memory layout do not count."""
    row = np.array([[0.0, np.nan], [2.5, -1.0]], np.float32)
    minus = row.copy()
    minus[0, 0] = -0.0
    quiet, other = np.array([0x7FC00000, 0xFFC00123], np.uint32).view(np.float32)
    first, second = row.copy(), row.copy()
    first[0, 1], second[0, 1] = quiet, other
    assert first.tobytes() != second.tobytes()
    same: list[NDArray[Any]] = [
        minus,
        first,
        second,
        row.ravel(),
        np.asfortranarray(row),
        row.astype(np.float64),
    ]
    assert {digest(one) for one in same} == {digest(row)}


def test_other_rows_have_other_digests() -> None:
    """A thousand random rows, and the smallest change of one, are all told apart."""
    rows = np.random.default_rng(1).normal(size=(1000, 8)).astype(np.float32)
    changed = rows[0].copy()
    changed[3] = np.nextafter(changed[3], np.float32(np.inf))
    found = digests(np.concatenate([rows, [changed]]))
    assert found.dtype == np.uint64 and len(set(found.tolist())) == 1001
    assert digests(np.empty((0, 8), np.float32)).shape == (0,)


def test_a_digest_never_changes() -> None:
    """Splits follow from it: another one would move rows from training to test."""
    assert digest(np.arange(64, dtype=np.float32)) == 0x21B9CA0F94EFA26B


def test_rows_of_bytes_have_a_digest_each() -> None:
    """Equal for equal bytes, whatever rows are beside them; no rows have none."""
    rows = np.random.default_rng(1).integers(0, 2**64, (500, 3), np.uint64)
    found = digest_rows(rows)
    assert found.dtype == np.uint64 and len(set(found.tolist())) == 500
    assert (digest_rows(np.concatenate([rows[7:9], rows])) == [*found[7:9], *found]).all()
    assert digest_rows(rows[:0]).shape == (0,)
    assert digest_rows(np.arange(3, dtype=np.uint64)[None]).tolist() == [0xAB25350E3E65EFEB]
