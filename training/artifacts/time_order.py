"""Splits rows in time order: validation and test are the latest rows of each source.

A source is the task's own rows, or an incident. So the gate judges on what came last, and what a
model promises is what it did on the latest rows.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.counts import Bools
from training import params
from training.artifacts.judging import judging
from training.artifacts.splits import BASE, Split
from training.artifacts.times import DTYPE, Times

# Where a row stands; LEFT_OUT is in no split.
Sides = NDArray[np.int8]
TRAIN, VALIDATION, TEST, LEFT_OUT = range(4)


def latest(
    times: Times, *, validation: float, test: float, within: NDArray[np.float64] | None = None
) -> Sides:
    """Return the side of each row: the latest are for test, those before for validation.

    Rows of one time share a side, so the shares are met as nearly as that allows; but those of the
    last time are for test wherever there is another, or rows of two days would have no test rows. A
    row without a time is a training row, since nobody knows that it is one of the latest.
    validation, test: the shares; with 0 no row is for test.
    within: numbers by which rows of one time are ordered where a side would have less than half of
    its share otherwise, as where times are days and an incident began today. Shape (rows,); None:
    they share a side there too.

    >>> days = np.array([f"2026-11-0{day}" for day in (3, 1, 4, 2, 4)] + ["NaT"], DTYPE)
    >>> latest(days, validation=0.2, test=0.4).tolist()
    [1, 0, 2, 0, 2, 0]
    >>> latest(days[[0, 0, 0, 1]], validation=0.3, test=0.2).tolist()
    [2, 2, 2, 0]
    >>> places = np.array([0.1, 0.5, 0.3, 0.1])
    >>> latest(days[[0, 0, 0, 1]], validation=0.3, test=0.2, within=places).tolist()
    [0, 2, 1, 0]
    """
    known = ~np.isnat(times)
    rows, shares = times[known], {VALIDATION: validation, TEST: test}
    ordered = np.sort(rows)
    # The share of rows before this time, and half of those at this time.
    ends = [np.searchsorted(ordered, rows, end) for end in ("left", "right")]
    found = _sides((ends[0] + ends[1]) / (2 * max(1, len(rows))), shares)
    if test and len(rows) and ordered[0] < ordered[-1]:
        found[rows == ordered[-1]] = TEST
    sides = np.full(len(times), TRAIN, np.int8)
    wanted = {side: len(rows) * share / 2 for side, share in shares.items()}
    if within is not None and any((found == side).sum() < few for side, few in wanted.items()):
        place = np.empty(len(rows))
        place[np.lexsort((within[known], rows))] = np.arange(1, len(rows) + 1) / max(1, len(rows))
        found = _sides(place, shares)
    sides[known] = found
    return sides


def _sides(place: NDArray[np.float64], shares: Mapping[int, float]) -> Sides:
    """Return the sides of rows by the share of rows that come before them."""
    test, held_out = 1 - shares[TEST], 1 - shares[TEST] - shares[VALIDATION]
    found: Sides = np.select([place > test, place > held_out], [TEST, VALIDATION]).astype(np.int8)
    return found


def too_near(times: Times, sides: Sides, gap: timedelta) -> Bools:
    """Return which rows are less than a gap from a row that is held out from them.

    Rows that are near in time may share what they were computed from, such as the same six hours;
    so training rows near validation or test rows tell of these, and validation rows near test rows
    do. A row without a time may be near any, unless there is no gap.
    Source: purging and embargo, López de Prado, Advances in Financial Machine Learning, 2018, ch. 7.

    >>> hours = np.array([f"2026-11-01T0{hour}" for hour in range(6)], DTYPE)
    >>> sides = latest(hours, validation=0.4, test=0.2)
    >>> sides.tolist(), too_near(hours, sides, timedelta(hours=2)).tolist()
    ([0, 0, 1, 1, 1, 2], [False, True, False, False, True, False])
    """
    found = np.zeros(len(times), np.bool_)
    known = ~np.isnat(times)
    if not gap:
        return found
    for side in (VALIDATION, TRAIN):
        held_out = (sides > side) & (sides != LEFT_OUT) & known & ~found
        here = (sides == side) & known
        found[here] = _distance(times[here], np.sort(times[held_out])) < np.timedelta64(gap)
        found |= (sides == side) & ~known
    return found


def _distance(times: Times, others: Times) -> NDArray[np.timedelta64]:
    """Return how far each time is from the nearest of the others, which are sorted."""
    if not len(others):
        return np.full(len(times), np.timedelta64(np.iinfo(np.int64).max, "us"))
    after = np.searchsorted(others, times)
    before = others[np.maximum(after - 1, 0)]
    behind = others[after.clip(max=len(others) - 1)]
    return np.asarray(np.minimum(np.abs(times - before), np.abs(behind - times)))


def sides_of(rows: Split, numbers: params.Prepare, aside: Bools | None) -> Sides:
    """Return where each row stands.

    Of each source the latest rows are for test. An observation that came again stays where it was
    first, so none is on two sides, and base rows do not move. Rows of one time are ordered by
    content where a side would be nearly empty otherwise, unless a gap keeps what is near apart.
    rows: base rows, then collected ones, with times.
    aside: the base rows that the publishers set aside for testing; then these are for test.
    """
    assert rows.times is not None, "rows without times are split by content"
    times, (names, codes) = rows.times, np.unique(rows.source, return_inverse=True)
    sides = np.full(len(times), TRAIN, np.int8)
    within = None if numbers.purge else rows.positions
    for code, name in enumerate(names.tolist()):
        here, held_out = np.flatnonzero(codes == code), None
        validation, test = numbers.fresh_validation, numbers.fresh_test
        if name == BASE:
            validation, test, held_out = numbers.validation, numbers.test, aside
        if held_out is not None:
            sides[here[held_out]] = TEST
            here, test = here[~held_out], 0.0
        places = None if within is None else within[here]
        sides[here] = latest(times[here], validation=validation, test=test, within=places)
    sides = _as_first(rows.identities, _begun(names, codes, times), sides)
    judges = judging(rows, numbers.fresh_test, latest=sides == TEST)
    # Whoever judges does not teach, and judges on the latest rows only.
    sides[judges & (sides != TEST)] = LEFT_OUT
    sides[too_near(times, sides, numbers.purge)] = LEFT_OUT
    return sides


def _begun(names: NDArray[np.str_], codes: NDArray[np.int64], times: Times) -> NDArray[np.int64]:
    """Return a number for each row that orders sources: base rows first, then by their begin."""
    begin = np.full(len(names), np.datetime64("NaT"), DTYPE)
    for code in range(len(names)):
        begin[code] = np.fmin.reduce(times[codes == code])
    order = np.lexsort((names, begin, names != BASE))
    return np.argsort(order)[codes]


def _as_first(observations: NDArray[np.uint64], rank: NDArray[np.int64], sides: Sides) -> Sides:
    """Return the sides, of rows that are one observation that of the one of the lowest rank."""
    order = np.argsort(rank, kind="stable")
    _, first, inverse = np.unique(observations[order], return_index=True, return_inverse=True)
    found = sides.copy()
    found[order] = sides[order][first[inverse]]
    return found


def is_past(rows: Split, incident: str | None) -> bool:
    """Return whether base rows have a time, and all are from before most of the incident's."""
    if incident is None or rows.times is None:
        return False
    base, fresh = (rows.times[rows.source == source] for source in (BASE, incident))
    base, fresh = base[~np.isnat(base)], fresh[~np.isnat(fresh)]
    if not len(base) or not len(fresh):
        return False
    return bool(base.max() < np.sort(fresh)[len(fresh) // 2])
