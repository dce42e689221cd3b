"""Whether a signal drifts over a span: as the rules decided, or by the reference; and less."""

import math
from dataclasses import dataclass
from enum import Enum

from monitoring.thresholds import Thresholds, seconds
from perennial.statistics import drift
from perennial.statistics.evidence import evidence_limit


class DriftStatus(Enum):
    """How a signal did over a span, the worst first."""

    DRIFT = "drift"
    WATCH = "watch"
    FEW = "too few rows"
    STEADY = "steady"
    IDLE = "no traffic"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(DriftStatus).index(self)


# Half of the effect at which a signal drifts is worth a look.
WATCHED = 0.5


@dataclass(frozen=True)
class Limits:
    """What effect and evidence must exceed: those of the rules' window nearest to the span.

    Without what was usual in the last week, and as if rows did not follow each other.

    psi: limit of the effect.  windows: how many such windows the level of evidence holds for.
    """

    window: str
    psi: float
    windows: float

    def evidence(self, critical: float, *, bins: int, rows: float, size: float) -> float:
        """Return the limit of a statistic; critical: that of a single look."""
        return evidence_limit(critical, bins=bins, rows=rows, size=size, windows=self.windows)


def limits(since: str, thresholds: Thresholds) -> Limits:
    """Return the limits for a span of this length.

    >>> limits("24h", Thresholds()).window
    '1d'
    """
    window = nearest(since, thresholds.watched_windows)
    windows = seconds(thresholds.quiet_for) / seconds(window)
    return Limits(window, thresholds.psi_limit(window), windows)


def nearest(since: str, windows: tuple[str, ...]) -> str:
    """Return the window whose length is the least times longer or shorter.

    >>> nearest("6h", ("1h", "1d"))
    '1d'
    """
    return min(windows, key=lambda window: abs(math.log(seconds(window) / seconds(since))))


def drift_status(
    effect: float,
    evidence: float,
    *,
    limit: float,
    g_limit: float,
    rows: float,
    size: float,
    decided: bool | None = None,
) -> DriftStatus:
    """Return the status; evidence: over its limit.  g_limit: what G must exceed.

    rows: counted in the span.  size: of the reference.
    decided: whether the rules say that it drifts; None where they say nothing.

    Too few rows are those on which even a shift at the limit would not have been told from
    chance: on N rows, G of a shift is near N times its PSI, over 1 + N/M.

    >>> at = {"limit": 0.25, "g_limit": 60.0, "size": 1000.0}
    >>> drift_status(0.3, 1.2, rows=400, **at).value, drift_status(0.15, 1.2, rows=900, **at).value
    ('drift', 'watch')
    >>> drift_status(0.3, 1.2, rows=400, **at, decided=False).value
    'watch'
    >>> drift_status(0.01, 0.1, rows=900, **at).value, drift_status(0.3, 0.2, rows=30, **at).value
    ('steady', 'too few rows')
    """
    if not rows:
        return DriftStatus.IDLE
    passes = drift.drifts(effect, evidence, limit=limit)
    if passes if decided is None else decided:
        return DriftStatus.DRIFT
    within_reach = rows * limit / (1 + rows / size) > g_limit
    if evidence <= 1 and (effect > limit or not within_reach):
        return DriftStatus.FEW
    if drift.drifts(effect, evidence, limit=WATCHED * limit):
        return DriftStatus.WATCH
    return DriftStatus.STEADY
