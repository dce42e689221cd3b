"""The drift of one signal over the span: how far its counts are from the reference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.drift_report.drift_status import DriftStatus, Limits, drift_status
from monitoring.drift_report.recorded import Recorded
from monitoring.drift_report.signal_counts import SignalCounts
from monitoring.thresholds import Thresholds
from perennial.signals import MISSING, OUTSIDE
from perennial.statistics import drift, evidence

# The bins of a numeric signal that have no order stand last.
UNORDERED = (OUTSIDE, MISSING)


@dataclass(frozen=True, kw_only=True)
class SignalDrift:
    """A signal with its statistics.

    ks: None where the bins have no order.  evidence: over its limit; more than 1 is no accident.
    limit: what the PSI must exceed.
    """

    signal: SignalCounts
    psi: float
    ks: float | None
    evidence: float
    limit: float
    status: DriftStatus

    @property
    def moved(self) -> int:
        """The place of the bin whose share moved most."""
        return int(np.abs(self.signal.live - self.signal.shares).argmax())


def compare(
    signal: SignalCounts, limits: Limits, thresholds: Thresholds, said: Recorded | None = None
) -> SignalDrift:
    """Return what the specification says of the counts. Raises InvalidArgument.

    said: by the rules, who know the past as well; then evidence, limit and status are theirs.
    """
    counts, shares, prior = signal.counts, signal.shares, thresholds.prior
    psi = drift.psi(counts, shares, prior=prior)
    strength, g_limit = _evidence(signal, limits)
    limit = limits.psi
    if said is not None:
        strength, limit = said.evidence, said.psi_limit
    return SignalDrift(
        signal=signal,
        psi=psi,
        ks=drift.ks(counts, shares, prior=prior) if signal.numeric else None,
        evidence=strength,
        limit=limit,
        status=drift_status(
            psi,
            strength,
            limit=limit,
            g_limit=g_limit,
            rows=signal.rows,
            size=signal.size,
            decided=None if said is None else said.drifted,
        ),
    )


def _evidence(signal: SignalCounts, limits: Limits) -> tuple[float, float]:
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


def worst_first(signals: Sequence[SignalDrift]) -> list[SignalDrift]:
    """Return them by status, and those of one status by PSI."""
    return sorted(signals, key=lambda one: (one.status.rank, -one.psi, one.signal.name))
