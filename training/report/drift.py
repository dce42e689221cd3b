"""Drift of rows from the reference of main's model: effect and evidence per signal.

A signal drifts here if its PSI is over the limit and its G statistic over the signal's critical
value. The rows are looked at once, so the limit of G is not raised as monitoring raises it for its
sliding windows, and ranks are not tested.
"""

from dataclasses import dataclass

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.signals import Binner, Signal
from perennial.statistics import drift
from perennial.statistics.counts import Ints
from perennial.statistics.evidence import g_statistic, strength
from training.artifacts.splits import Split
from training.gate.values import arrays, values


@dataclass(frozen=True)
class Drift:
    """The drift of one signal. counts: rows per bin of the signal, shape (bins,)."""

    signal: Signal
    counts: Ints

    @property
    def effect(self) -> float:
        """The PSI."""
        return drift.psi(self.counts, self.signal.shares, prior=drift.PRIOR)

    @property
    def evidence(self) -> float:
        """The G statistic; the signal's critical value is its limit."""
        return g_statistic(self.counts, self.signal.shares, size=self.signal.size)

    @property
    def drifts(self) -> bool:
        """Whether effect and evidence are both over their limits."""
        evidence = strength(self.evidence, self.signal.critical_value)
        return drift.drifts(self.effect, evidence, limit=drift.PSI_LIMIT)

    @property
    def bins(self) -> tuple[str, ...]:
        """The names of the bins, for a numeric signal their upper bounds."""
        if self.signal.kind == "categorical":
            return self.signal.bins
        edges = self.signal.edges
        last = f">{edges[-1]:.3g}" if edges else f"{self.signal.low:.3g}"
        return (*(f"≤{edge:.3g}" for edge in edges), last, *self.signal.bins[-2:])


def signal_drift(model: Predictor, rows: Split) -> list[Drift]:
    """Return the drift of each signal of the model's reference on these rows, the largest first.

    Input and output signals are those that the service would count for these rows.
    Raises BadParameter if the rows do not fit the model's input.
    """
    binner = Binner(model.bundle.reference.signals)
    output = model.bundle.manifest.output.extract(values(model, rows))
    columns = {**model.bundle.extraction.extract(arrays(model, rows)), **output}
    parts = np.split(binner.count(columns), binner.offsets[1:])
    drifts = [Drift(signal, part) for signal, part in zip(binner.signals, parts, strict=True)]
    return sorted(drifts, key=lambda one: (one.drifts, one.effect), reverse=True)
