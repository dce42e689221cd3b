"""Takes sources of few rows together, since nothing can be told of one of them alone."""

from collections import Counter

from perennial.plural import plural
from training.feedback.left_out import LeftOut
from training.feedback.rows import LabelledRows

# No key has a name with spaces.
TOGETHER = "sources with few rows"


def voices(rows: LabelledRows, least: int) -> list[str]:
    """Return as whose each row is limited and asked about: its source's, or that of all small ones.

    Sources that are trusted are never taken together.
    least: rows with which a source stands for itself.
    """
    trusted = {name for name, good in zip(rows.sources, rows.trusted, strict=True) if good}
    counts = Counter(rows.sources)
    return [name if counts[name] >= least or name in trusted else TOGETHER for name in rows.sources]


def without_few(rows: LabelledRows, least: int) -> tuple[LabelledRows, tuple[LeftOut, ...]]:
    """Return the rows without the small sources, if these have fewer than `least` rows together.

    Where there are no others, they stay.
    """
    names = voices(rows, least)
    few = names.count(TOGETHER)
    if few >= least or few == len(rows):
        return rows, ()
    counts = Counter(
        source for source, name in zip(rows.sources, names, strict=True) if name == TOGETHER
    )
    reason = f"fewer than {plural(least, 'row')} (collect.least_of_source)"
    left = tuple(LeftOut(name, count, reason) for name, count in sorted(counts.items()))
    return rows.where([at for at, name in enumerate(names) if name != TOGETHER]), left
