"""Limits how much of a retrain one label source gives, so that none outvotes all others."""

from collections import Counter

from perennial.plural import plural
from training.feedback.few import voices
from training.feedback.left_out import LeftOut
from training.feedback.rows import LabelledRows


def most_rows(counts: list[int], *, trusted: int, share: float) -> int:
    """Return how many rows each source may give, so that none has more than `share` of them all.

    counts: rows of each source that is not trusted.  trusted: rows of all others, which have no
    limit.  share: if the sources are too few for it, as three are for 0.2, they give equally many;
    a single one has none of its kind to be outvoted and no limit: a few trusted rows beside it
    would cost most of a retrain.

    >>> most_rows([1000, 60, 40], trusted=0, share=0.5)
    100
    >>> most_rows([1000, 60, 40], trusted=0, share=0.2)
    40
    >>> most_rows([1000], trusted=0, share=0.5), most_rows([1000], trusted=80, share=0.5)
    (1000, 1000)
    """
    if counts:
        share = max(share, 1 / len(counts))
    low, high = 0, max(counts, default=0)
    while low < high:  # the largest number that keeps to the share
        middle = (low + high + 1) // 2
        total = trusted + sum(min(count, middle) for count in counts)
        low, high = (middle, high) if middle <= share * total + 1e-9 else (low, middle - 1)
    return low


def capped(
    rows: LabelledRows, *, share: float, least: int, least_of_source: int = 1
) -> tuple[LabelledRows, tuple[LeftOut, ...]]:
    """Return the rows of which no source has more than its share, the latest ones of each.

    share, least: a source that is not trusted gives at most this share of the rows, usually 0.5,
    or `least` rows if that is more.
    least_of_source: sources with fewer rows are limited together as one.
    """
    names = voices(rows, least_of_source)
    counts = Counter(name for name, good in zip(names, rows.trusted, strict=True) if not good)
    trusted = len(rows) - counts.total()
    most = max(least, most_rows(list(counts.values()), trusted=trusted, share=share))
    left: Counter[str] = Counter()
    kept = []
    for at in reversed(range(len(rows))):
        if not rows.trusted[at]:
            left[names[at]] += 1
        if rows.trusted[at] or left[names[at]] <= most:
            kept.append(at)
    reason = f"at most {plural(most, 'row')} of one source (collect.most_share {share:g})"
    over = [
        LeftOut(name, count - most, reason)
        for name, count in sorted(counts.items())
        if count > most
    ]
    return rows.where(kept[::-1]), tuple(over)
