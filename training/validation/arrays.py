"""Rules on arrays of rows: shape, missing values, range, labels, duplicates."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from training.tasks.schema import Schema
from training.validation.findings import Finding, by_row, of

CELLS = 4_000_000  # checked at a time, which bounds the memory for any number of rows
Values = NDArray[np.float32]
Bad = Callable[[Values], NDArray[np.bool_]]


def value_rules(schema: Schema) -> dict[str, Bad]:
    """Return, by the text of each rule, a function that marks the values that break it.

    >>> rules = value_rules(Schema(low=0, high=16, whole=True))
    >>> {rule: bad(np.float32([3, 2.5, 17, np.nan])).tolist() for rule, bad in rules.items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'no missing values': [False, False, False, True],
     'values from 0 to 16': [False, False, True, False],
     'whole numbers': [False, True, False, False]}
    """
    rules: dict[str, Bad] = {
        f"values from {schema.low:g} to {schema.high:g}": lambda values: (values < schema.low)
        | (values > schema.high)
    }
    if not schema.missing:
        rules = {"no missing values": np.isnan, **rules}
    if schema.whole:
        rules["whole numbers"] = lambda values: np.isfinite(values) & (values != np.rint(values))
    return rules


def fits(inputs: Values, schema: Schema) -> NDArray[np.bool_]:
    """Return whether the values of each row pass all rules, shape (rows,)."""
    rules = value_rules(schema).values()
    good = np.ones(len(inputs), np.bool_)
    for bad in rules:
        good &= ~_rows_where(inputs, bad)
    return good


def check_inputs(
    column: str,
    inputs: Values,
    schema: Schema,
    *,
    numbers: NDArray[np.int64] | None = None,
) -> Iterator[Finding]:
    """Yield a finding per rule on values; inputs: shape (rows, …), numbers: as in `by_row`."""
    for rule, bad in value_rules(schema).items():

        def show(row: int, bad: Bad = bad) -> str:
            cell = tuple(int(place) for place in np.argwhere(bad(inputs[row]))[0])
            return f"{inputs[row][cell]} at {cell}"

        yield by_row(column, rule, _rows_where(inputs, bad), show, numbers=numbers)


def _rows_where(inputs: Values, bad: Bad) -> NDArray[np.bool_]:
    found = np.zeros(len(inputs), np.bool_)
    step = max(1, CELLS // max(1, inputs[:1].size))
    axes = tuple(range(1, inputs.ndim))
    for start in range(0, len(inputs), step):
        found[start : start + step] = bad(inputs[start : start + step]).any(axis=axes)
    return found


def check_shape(column: str, inputs: Values, shape: Sequence[int]) -> Finding:
    """Return whether every row has the task's shape."""
    got = inputs.shape[1:]
    wrong = np.full(len(inputs), got != tuple(shape))
    return by_row(column, f"shape {tuple(shape)}", wrong, lambda row: got)


def check_type(column: str, values: NDArray[np.generic], expected: type[np.generic]) -> Finding:
    """Return whether an array has the expected type."""
    name = np.dtype(expected).name
    got = [] if values.dtype == expected else [f"got {values.dtype.name}"]
    return of(column, f"type {name}", 1, got, "columns")


def check_labels(column: str, labels: NDArray[np.int64], names: Sequence[str]) -> Finding:
    """Return whether every label is an index into the label set."""
    unknown = (labels < 0) | (labels >= len(names))
    return by_row(column, f"one of {len(names)} labels", unknown, lambda row: labels[row])


def count_labels(
    column: str, labels: NDArray[np.int64], names: Sequence[str], least: int
) -> Finding:
    """Return which labels have fewer rows than `least`; labels: indices into names."""
    counts = np.bincount(labels, minlength=len(names)).tolist()
    few = [f"{names[i]!r} has {count}" for i, count in enumerate(counts) if count < least]
    rule = f"at least {least} row{'s' * (least > 1)} of each label"
    return of(column, rule, len(names), few, "labels")


def check_shares(
    column: str, labels: NDArray[np.int64], names: Sequence[str], uneven: float
) -> Finding:
    """Return which labels' shares are over or under an even share by a factor of `uneven`."""
    shares = (np.bincount(labels, minlength=len(names)) / max(1, len(labels))).tolist()
    least, most = 1 / len(names) / uneven, uneven / len(names)
    far = [(i, share) for i, share in enumerate(shares) if not least <= share <= most]
    far.sort(key=lambda found: -found[1])  # the largest share first
    samples = [f"{names[i]!r} has {share:.1%}" for i, share in far]
    rule = f"shares within {uneven:g} times of {1 / len(names):.1%}"
    return of(column, rule, len(names), samples, "labels")


def first_of(content: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return for each row the first row with the same content, shape (rows,).

    content: one digest per row.

    >>> first_of(np.array([7, 5, 7, 7], np.uint64)).tolist()
    [0, 1, 0, 0]
    """
    _, first, inverse = np.unique(content, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], np.int64)


def check_duplicates(
    column: str,
    content: NDArray[np.uint64],
    most: float,
    *,
    numbers: NDArray[np.int64] | None = None,
) -> tuple[Finding, Finding]:
    """Return a check that repeated rows are within a share, and a warning if there are any.

    content: one digest per row.  most: the share.  numbers: as in `by_row`.
    """
    first = first_of(content)
    names = np.arange(len(first)) if numbers is None else numbers
    again = first != np.arange(len(first))

    def finding(rule: str, bad: NDArray[np.bool_]) -> Finding:
        def show(row: int) -> str:
            return f"the same as row {names[first[row]]}"

        return by_row(column, rule, bad, show, numbers=names)

    allowed = again.sum() <= most * len(again)
    rule = f"at most {most:.2%} duplicates" if most else "no duplicates"
    none = np.zeros_like(again)
    return (
        finding(rule, none if allowed else again),
        finding("no duplicates", again if allowed else none),
    )
