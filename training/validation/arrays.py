"""Rules on labels and duplicates.

Where labels are not a fixed set, the rules on each of them yield nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.errors import InvalidInput
from perennial.kinds.conformal import least_rows
from perennial.kinds.output_kind import OutputKind, Truths
from perennial.plural import plural
from training.validation.findings import Finding, by_row, of


def is_label(output: OutputKind, word: str) -> bool:
    """Return whether a word is a label of the output."""
    try:
        output.read_label(word)
    except InvalidInput:
        return False
    return True


def check_labels(column: str, words: Sequence[str | None], output: OutputKind) -> Iterator[Finding]:
    """Yield whether every row has a label, and whether each is one of the output's."""
    missing = np.array([word is None for word in words], np.bool_)
    unknown = np.array(
        [word is not None and not is_label(output, word) for word in words], np.bool_
    )
    yield by_row(column, "no missing values", missing, lambda row: words[row])
    yield by_row(column, output.label_rule, unknown, lambda row: _shown(output, words[row]))


def _shown(output: OutputKind, word: Any) -> str:
    """Return what is no label as a message shows it; of a number that is one as text, say so."""
    meant = type(word) is not str and is_label(output, str(word))
    return f"{word!r}, expected the word {str(word)!r}" if meant else repr(word)


def count_labels(
    column: str, labels: Truths, names: Sequence[str], least: int
) -> Iterator[Finding]:
    """Yield which labels have fewer rows than `least`; labels: indices into names."""
    if not names:
        return
    counts = np.bincount(labels, minlength=len(names)).tolist()
    few = [f"{names[i]!r} has {count}" for i, count in enumerate(counts) if count < least]
    rule = f"at least {plural(least, 'row')} of each label"
    yield of(column, rule, len(names), few, "labels")


def check_shares(
    column: str, labels: Truths, names: Sequence[str], uneven: float
) -> Iterator[Finding]:
    """Yield which labels' shares are over or under an even share by a factor of `uneven`."""
    if not names:
        return
    shares = (np.bincount(labels, minlength=len(names)) / max(1, len(labels))).tolist()
    least, most = 1 / len(names) / uneven, uneven / len(names)
    far = [(i, share) for i, share in enumerate(shares) if not least <= share <= most]
    far.sort(key=lambda found: -found[1])  # the largest share first
    samples = [f"{names[i]!r} has {share:.1%}" for i, share in far]
    rule = f"shares within {uneven:g} times of {1 / len(names):.1%}"
    yield of(column, rule, len(names), samples, "labels")


def check_coverage(column: str, rows: int, coverage: float) -> Finding:
    """Check that rows suffice to widen intervals until they hold this share of the labels."""
    least = least_rows(coverage)
    rule = f"{least} rows or more, without which intervals hold fewer than {coverage:.0%} of labels"
    return of(column, rule, 1, [plural(rows, "row")] if rows < least else [], "splits")


def first_of(content: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return for each row the first row with the same content, shape (rows,).

    content: one digest per row.

    >>> first_of(np.array([7, 5, 7, 7], np.uint64)).tolist()
    [0, 1, 0, 0]
    """
    _, first, inverse = np.unique(content, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], np.int64)


def repeated(column: str, content: NDArray[np.uint64], rule: str = "no duplicates") -> Finding:
    """Return which rows repeat an earlier one. content: one digest per row."""
    first = first_of(content)
    again = first != np.arange(len(first))
    return by_row(column, rule, again, lambda row: f"the same as row {first[row]}")


def within(repeats: Finding, most: float) -> Finding:
    """Return a check that repeated rows are within a share; it fails for all of them, or none."""
    rule = f"at most {most:.2%} duplicates" if most else "no duplicates"
    if repeats.failed <= most * repeats.checked:
        return Finding(repeats.column, rule, repeats.checked)
    return replace(repeats, rule=rule)
