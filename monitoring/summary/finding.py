"""One signal over the span: what was counted, how far it is from the reference, the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.summary.verdict import Limits, Verdict, decide
from monitoring.thresholds import Thresholds
from perennial import signals
from perennial.statistics import drift, evidence
from perennial.statistics.counts import Floats

# The bins of a numeric signal that have no order stand last.
UNORDERED = (signals.OUTSIDE, signals.MISSING)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What Prometheus knows of a signal.

    counts: rows by bin in the span.  shares: of the reference.  size: rows of the reference.
    critical: what G must exceed in a single look.  rank_critical: what the rank statistic must;
    None where the bins have no order.
    """

    name: str
    bins: Sequence[str]
    counts: Floats
    shares: Floats
    size: float
    critical: float
    rank_critical: float | None

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
    """A signal with its statistics.

    ks: None where the bins have no order.  evidence: over its limit; more than 1 is no accident.
    """

    signal: Counted
    psi: float
    ks: float | None
    evidence: float
    verdict: Verdict

    @property
    def moved(self) -> int:
        """The place of the bin whose share moved most."""
        return int(np.abs(self.signal.live - self.signal.shares).argmax())


def find(signal: Counted, limits: Limits, thresholds: Thresholds) -> Finding:
    """Return what the specification says of the counts. Raises MonitoringError."""
    counts, shares, prior = signal.counts, signal.shares, thresholds.prior
    psi = drift.psi(counts, shares, prior=prior)
    strength, g_limit = _evidence(signal, limits)
    return Finding(
        signal=signal,
        psi=psi,
        ks=drift.ks(counts, shares, prior=prior) if signal.numeric else None,
        evidence=strength,
        verdict=decide(
            psi,
            strength,
            limit=limits.psi,
            g_limit=g_limit,
            rows=signal.rows,
            size=signal.size,
        ),
    )


def _evidence(signal: Counted, limits: Limits) -> tuple[float, float]:
    """Return the evidence against the reference alone, and the limit of G."""
    counts, shares, bins, size = signal.counts, signal.shares, len(signal.bins), signal.size
    g = evidence.g_statistic(counts, shares, size=size)
    g_limit = limits.evidence(signal.critical, bins=bins, rows=signal.rows, size=size)
    if signal.rank_critical is None:
        return evidence.strength(g, g_limit), g_limit
    ranks = evidence.ranks(shares, ordered=bins - len(UNORDERED))
    rank = evidence.rank_statistic(counts, shares, ranks, size=size)
    limit = limits.evidence(signal.rank_critical, bins=2, rows=signal.rows, size=size)
    return evidence.strength(g, g_limit, rank, limit), g_limit


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return them by verdict, and those of one verdict by PSI."""
    return sorted(findings, key=lambda one: (one.verdict.rank, -one.psi, one.signal.name))
