"""Whose labels taught the challenger, and whose judge it."""

from dataclasses import dataclass

import numpy as np

from perennial.statistics.counts import Bools
from training.artifacts.judging import enough
from training.artifacts.splits import Split

SHOWN = 5


@dataclass(frozen=True)
class LabelSources:
    """Of the rows of the latest incident.

    taught: sources of the rows that the challenger was trained or tuned on.
    judged: sources of the rows that it is judged on.
    """

    taught: tuple[str, ...]
    judged: tuple[str, ...]

    @property
    def apart(self) -> bool:
        """Whether nobody judges what they taught."""
        return not set(self.taught) & set(self.judged)

    def __str__(self) -> str:
        """Return which rows the fresh ones are, as a clause.

        >>> print(LabelSources(taught=("a", "b"), judged=("c",)))
        fresh rows are of label sources that the challenger was not trained on: c
        >>> print(LabelSources(taught=("anonymous",), judged=("anonymous",)))
        fresh rows are of label sources that the challenger was trained on too: anonymous
        """
        which = "was not trained on" if self.apart else "was trained on too"
        more = len(self.judged) - SHOWN
        names = ", ".join(self.judged[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"fresh rows are of label sources that the challenger {which}: {names}"


def fair_judges(fresh: Split, taught: tuple[str, ...]) -> Bools:
    """Return which fresh rows judge, shape (rows,): of sources that did not teach, if many.

    Where they are too few, all judge.
    taught: the sources whose labels the challenger was trained on.
    """
    others = ~np.isin(fresh.label_source, taught)
    alone = enough(int(others.sum()), len(others))
    return others if alone else np.ones(len(others), np.bool_)
