"""alibi-detect's KSDrift: a two-sample Kolmogorov-Smirnov test per column, Bonferroni-corrected."""

from dataclasses import dataclass

import numpy as np

from benchmarks.drift.distances import Ladder
from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import WINDOWS, Scorer
from benchmarks.drift.views import Numbers
from benchmarks.drift.windows import Looks


class Alibi:
    """Alarms when the smallest p-value is below its limit.

    All columns have the same number of rows, so the smallest p-value belongs to the largest
    statistic, and a limit of one is a limit of the other.
    """

    name = "alibi-detect KSDrift"
    variants = tuple(f"{window} rows" for window in WINDOWS)

    def fit(self, reference: Frame, looks: Looks) -> "AlibiWatcher":
        """Keep the reference's rows, as KSDrift does."""
        return AlibiWatcher(reference, looks)


@dataclass(frozen=True)
class AlibiWatcher:
    """KSDrift with its reference."""

    reference: Frame
    looks: Looks

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by the largest KS statistic of all columns."""
        numbers = Numbers(self.reference)
        ladder = Ladder(numbers.of(self.reference), numbers.of(before), numbers.of(after))

        def score(first: Ints, then: Ints) -> Floats:
            found = [
                ladder.distances(first, then, window=window, looks=self.looks)[0]
                for window in WINDOWS
            ]
            return np.stack([columns.max(axis=1) for columns in found])

        return score

    def real(self, live: Frame) -> dict[str, float]:
        """Return KSDrift's own score of a window."""
        from alibi_detect.cd import KSDrift

        numbers = Numbers(self.reference)
        said = KSDrift(numbers.of(self.reference), p_val=0.05).predict(numbers.of(live))
        return {f"{len(live)} rows": float(said["data"]["distance"].max())}
