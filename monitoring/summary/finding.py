"""One signal over the span: what was counted, how far it is from the reference, the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring import drift
from monitoring.drift import Floats
from monitoring.summary.verdict import Limits, Verdict, decide
from monitoring.thresholds import Thresholds
from service import signals


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What Prometheus knows of a signal.

    counts: rows by bin in the span.  shares: of the reference.  size: rows of the reference.
    critical: what G must exceed in a single look.
    """

    name: str
    bins: Sequence[str]
    counts: Floats
    shares: Floats
    size: float
    critical: float

    @property
    def rows(self) -> float:
        """Rows in the span."""
        return float(self.counts.sum())

    @property
    def numeric(self) -> bool:
        """Whether its bins have an order."""
        return signals.OTHER not in self.bins

    @property
    def live(self) -> Floats:
        """The share of each bin in the span, not smoothed; the reference's where nothing came."""
        return self.counts / self.rows if self.rows else self.shares


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A signal with its statistics; ks: None where the bins have no order."""

    signal: Counted
    psi: float
    ks: float | None
    g: float
    g_limit: float
    verdict: Verdict

    @property
    def moved(self) -> int:
        """The place of the bin whose share moved most."""
        return int(np.abs(self.signal.live - self.signal.shares).argmax())

    @property
    def evidence(self) -> float:
        """G over its limit: more than 1 is no accident."""
        return self.g / self.g_limit


def find(signal: Counted, limits: Limits, thresholds: Thresholds) -> Finding:
    """Return what the specification says of the counts. Raises MonitoringError."""
    counts, shares, rows = signal.counts, signal.shares, signal.rows
    prior, bins = thresholds.prior, len(signal.bins)
    psi = drift.psi(counts, shares, prior=prior)
    g = drift.g_statistic(counts, shares, size=signal.size)
    g_limit = limits.g(signal.critical, bins=bins, rows=rows, size=signal.size)
    return Finding(
        signal=signal,
        psi=psi,
        ks=drift.ks(counts, shares, prior=prior) if signal.numeric else None,
        g=g,
        g_limit=g_limit,
        verdict=decide(
            psi, g, limit=limits.psi, evidence_limit=g_limit, rows=rows, size=signal.size
        ),
    )


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return them by verdict, and those of one verdict by PSI."""
    return sorted(findings, key=lambda one: (one.verdict.rank, -one.psi, one.signal.name))
