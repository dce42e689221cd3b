"""How far rows lie from what main's model was accepted on: effect and evidence per signal.

The statistics are those of the monitoring, which counts the same signals in live traffic.
"""

from dataclasses import dataclass

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.signals import Binner, Signal, outputs
from perennial.statistics import drift
from perennial.statistics.counts import Ints
from perennial.statistics.evidence import g_statistic, strength
from training.artifacts.splits import Split
from training.gate.models import probabilities

PRIOR = 50.0  # weight of the reference, in rows; as monitoring's
LIMIT = 0.1  # PSI; as monitoring's in its longest window


@dataclass(frozen=True)
class Drift:
    """One signal. counts: of the rows, per bin of the signal, shape (bins,)."""

    signal: Signal
    counts: Ints

    @property
    def effect(self) -> float:
        """The PSI."""
        return drift.psi(self.counts, self.signal.shares, prior=PRIOR)

    @property
    def evidence(self) -> float:
        """The G statistic; the signal's critical value is its limit."""
        return g_statistic(self.counts, self.signal.shares, size=self.signal.size)

    @property
    def drifts(self) -> bool:
        """Whether effect and evidence both pass their limits."""
        evidence = strength(self.evidence, self.signal.critical_value)
        return drift.drifts(self.effect, evidence, limit=LIMIT)

    @property
    def bins(self) -> tuple[str, ...]:
        """The bins' names, those of a numeric signal by their upper bounds."""
        if self.signal.kind == "categorical":
            return self.signal.bins
        edges = self.signal.edges
        last = f">{edges[-1]:.3g}" if edges else f"{self.signal.low:.3g}"
        return (*(f"≤{edge:.3g}" for edge in edges), last, *self.signal.bins[-2:])


def signal_drift(model: Predictor, rows: Split) -> list[Drift]:
    """Return every signal of the model's reference on these rows, the worst first.

    Inputs and answers are what the service would have seen had the rows been sent.
    Raises BadParameter where the rows do not have the model's input shape.
    """
    binner = Binner(model.bundle.reference.signals)
    found = probabilities(model, rows)
    columns = {**model.bundle.extraction.extract(rows.inputs), **outputs(found)}
    parts = np.split(binner.count(columns), binner.offsets[1:])
    drifts = [Drift(signal, part) for signal, part in zip(binner.signals, parts, strict=True)]
    return sorted(drifts, key=lambda one: (one.drifts, one.effect), reverse=True)
