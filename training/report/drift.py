"""How far rows lie from what main's model was accepted on: effect and evidence per signal.

The statistics are those of the monitoring, which counts the same signals in live traffic.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.bundle.predictor import Predictor
from perennial.signals import Binner, Signal, outputs
from training.artifacts.splits import Split
from training.gate.comparison import probabilities

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR = 50.0  # weight of the reference, in rows; as monitoring's
LIMIT = 0.1  # PSI; as monitoring's in its longest window


def psi(counts: Ints, shares: Floats) -> float:
    """Return the population stability index; 0 is no change, 0.25 is a different population.

    counts: rows per bin, shape (bins,).  shares: of the reference, same shape, summing to 1.
    The rows' shares are pulled towards the reference's by PRIOR, so that few rows prove little.
    Source: Siddiqi, Credit Risk Scorecards, 2006, ch. 6.

    >>> psi(np.array([0, 0]), np.array([0.5, 0.5]))
    0.0
    >>> round(psi(np.array([50, 0]), np.array([0.5, 0.5])), 3)
    0.275
    """
    smoothed = (counts + PRIOR * shares) / (counts.sum() + PRIOR)
    return float(np.sum((smoothed - shares) * np.log(smoothed / shares)))


def evidence(counts: Ints, shares: Floats, *, size: int) -> float:
    """Return the G statistic, divided by 1 + N/M since the reference is a sample too.

    counts, shares: as in `psi`.  size: M, rows of the reference.
    Source: Sokal and Rohlf, Biometry, 4th ed., 2012, ch. 17.

    >>> round(evidence(np.array([100, 0]), np.array([0.5, 0.5]), size=100), 3)
    69.315
    """
    rows, seen = counts.sum(), counts > 0
    terms = counts[seen] * np.log(counts[seen] / rows / shares[seen])
    return float(2 * terms.sum() / (1 + rows / size))


@dataclass(frozen=True)
class Drift:
    """One signal. counts: of the rows, per bin of the signal, shape (bins,)."""

    signal: Signal
    counts: Ints

    @property
    def effect(self) -> float:
        """The PSI."""
        return psi(self.counts, np.array(self.signal.shares))

    @property
    def evidence(self) -> float:
        """The G statistic; the signal's critical value is its limit."""
        return evidence(self.counts, np.array(self.signal.shares), size=self.signal.size)

    @property
    def drifts(self) -> bool:
        """Whether effect and evidence both pass their limits."""
        return self.effect > LIMIT and self.evidence > self.signal.critical_value

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
    return sorted(drifts, key=lambda drift: (drift.drifts, drift.effect), reverse=True)
