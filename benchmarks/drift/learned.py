"""Perennial's own rule with all that it learns from a week of traffic, as it is shipped."""

import numpy as np

from backtest.rules.drift import Watched, watch
from benchmarks.drift import windows
from benchmarks.drift.bins import Bins
from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import AS_SHIPPED, Scorer
from benchmarks.drift.traffic import A_MINUTE
from benchmarks.drift.windows import Looks
from monitoring.thresholds import Thresholds, seconds

# Its shortest window is its pace here.
PACE = seconds(Thresholds().drift_windows[0])
STEP = PACE // 60 * A_MINUTE


class Learned:
    """Alarms when a signal drifts in a window.

    As shipped, its effect (PSI) and its evidence must exceed their limits, which the last week
    decides. To compare with the peers, the threshold multiplies both limits, or that of evidence
    alone, or is how many times the usual PSI is news, however small. What is learned is what the
    rule learns as shipped.
    """

    name = "Perennial"
    variants = (AS_SHIPPED, "effect and evidence", "evidence", "news")

    def fit(self, reference: Frame, looks: Looks) -> "LearnedWatcher":
        """Count the reference."""
        return LearnedWatcher(reference, looks)


class LearnedWatcher:
    """The rule with its reference."""

    def __init__(self, reference: Frame, looks: Looks) -> None:
        self._bins, self._looks, self._thresholds = Bins(reference), looks, Thresholds()
        self._whole = Looks(every=STEP, horizon=looks.before + looks.horizon, before=0)

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by what any signal and window reaches, as shares of its limits."""
        bins, old, new = self._bins, self._bins.codes(before), self._bins.codes(after)
        ends = bins.starts + bins.sizes

        def score(first: Ints, then: Ints) -> Floats:
            codes = np.concatenate([old[first], new[then]])
            counts = windows.counts(codes, bins.size, window=STEP, looks=self._whole)
            found = [
                self._scores(
                    watch(counts[:, start:end], bins.reference(s), self._thresholds, pace=PACE)
                )
                for s, (start, end) in enumerate(zip(bins.starts, ends, strict=True))
            ]
            highest: Floats = np.max(found, axis=0)
            return highest

        return score

    def _scores(self, seen: Watched) -> Floats:
        """Return the score of a signal by each variant, the highest since the previous look."""
        decided = seen.windows.values()
        usual = {name: np.where(of > 0, of, np.inf) for name, of in seen.usual.items()}
        scores = [
            np.where(seen.drifted, 1.0, -1.0),
            np.max([np.minimum(each.looks.psi / each.limit, each.evidence) for each in decided], 0),
            np.max([each.evidence for each in decided], axis=0),
            np.max([seen.windows[name].looks.psi / of for name, of in usual.items()], axis=0),
        ]
        since = np.stack(scores)[:, self._looks.before // STEP :]
        highest: Floats = since.reshape(len(scores), self._looks.count, -1).max(axis=2)
        return highest
