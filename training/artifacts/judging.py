"""Chooses label sources that judge a model and do not teach it."""

from collections import Counter

import numpy as np

from perennial.digest import digest_bytes
from perennial.statistics.counts import Bools
from training.artifacts.splits import BASE, BEFORE, Split, around

# Rows of sources that did not teach that judge alone, however many others there are.
ENOUGH = 30


def enough(judges: int, tested: int) -> bool:
    """Return whether so many rows may judge alone, of all that are tested.

    They are 30, or half of the rows; fewer would let a handful decide.

    >>> enough(30, 500), enough(29, 500), enough(10, 20)
    (True, False, True)
    """
    return judges >= min(ENOUGH, max(1, tested / 2))


def judging(rows: Split, share: float, *, latest: Bools | None = None) -> Bools:
    """Return which collected rows judge only, shape (rows,): whoever taught cannot judge as well.

    Of each incident, these are all rows of some of its label sources, at least half of `share` and
    at most half of the rows together, and what these sources gave just before it. Trusted sources come first, then those whose digest with the
    incident is least: so the choice is the same each time, and another one for the next incident.
    Where no sources give so many rows, as where there is only one, nobody judges only; nor where
    the trusted ones are too large to be among them, since others must not judge without them.
    share: of the rows that should judge, usually 0.2.
    latest: the rows that may judge, if not all; nobody judges only if too few of these would.
    Source: leave-one-group-out; Roberts et al., Cross-validation strategies for data with
    temporal, spatial, hierarchical, or phylogenetic structure, Ecography 40, 2017.
    """
    chosen = np.zeros(len(rows.labels), np.bool_)
    for incident in sorted(set(rows.source.tolist()) - {BASE}):
        if incident.endswith(BEFORE):
            continue
        here = rows.source == incident
        names = _sources(rows.where(here), incident, share)
        found = np.isin(rows.source, around(incident)) & np.isin(rows.label_source, names)
        may = here if latest is None else here & latest
        if latest is None or enough(int((found & may).sum()), int(may.sum())):
            chosen |= found
    return chosen


def _sources(rows: Split, incident: str, share: float) -> list[str]:
    counts = Counter(rows.label_source.tolist())
    trusted = set(rows.label_source[rows.trusted].tolist())
    order = sorted(
        counts, key=lambda name: (name not in trusted, digest_bytes(f"{incident} {name}".encode()))
    )
    total, judges, taken = len(rows.labels), list[str](), 0
    for name in order:
        if taken < share * total and taken + counts[name] <= total / 2:
            judges.append(name)
            taken += counts[name]
    vouched = not trusted or bool(trusted & set(judges))
    return judges if vouched and taken >= share * total / 2 else []
