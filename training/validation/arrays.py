"""Rules on rows and labels: shape, values, label set, duplicates."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from training.artifacts.feedback_columns import INPUT
from training.validation.findings import Finding, by_row, of

Values = NDArray[np.float32]


def check_values(column: str, kind: InputKind, inputs: pyarrow.Table) -> Iterator[Finding]:
    """Yield a finding for each rule of a kind on its columns, which stand under `column`."""
    for check in kind.checks(inputs):
        name = column if check.column == INPUT else f"{column}.{check.column}"
        yield by_row(name, check.rule, check.bad, check.value)


def check_shape(column: str, inputs: Values, shape: Sequence[int]) -> Finding:
    """Return whether every row has the task's shape."""
    got = inputs.shape[1:]
    wrong = np.full(len(inputs), got != tuple(shape))
    return by_row(column, f"shape {tuple(shape)}", wrong, lambda row: got)


def check_type(
    column: str, values: NDArray[np.generic], expected: type[np.generic] | str
) -> Finding:
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
) -> tuple[Finding, Finding]:
    """Return a check that repeated rows are within a share, and a warning if there are any.

    content: one digest per row.  most: the share.
    """
    first = first_of(content)
    again = first != np.arange(len(first))

    def finding(rule: str, bad: NDArray[np.bool_]) -> Finding:
        def show(row: int) -> str:
            return f"the same as row {first[row]}"

        return by_row(column, rule, bad, show)

    allowed = again.sum() <= most * len(again)
    rule = f"at most {most:.2%} duplicates" if most else "no duplicates"
    none = np.zeros_like(again)
    return (
        finding(rule, none if allowed else again),
        finding("no duplicates", again if allowed else none),
    )
