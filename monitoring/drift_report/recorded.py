"""What the rules decided on each signal at the end of the span, if it is as long as a window."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.drift_report.signal_counts import SIGNAL
from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from monitoring.recording.series import Window
from monitoring.thresholds import seconds


@dataclass(frozen=True)
class Recorded:
    """The decision of the rules: with what was usual in the last week, and what rows are worth.

    psi_limit: what the PSI must exceed.  evidence: over its limit.  drifted: whether both pass.
    """

    psi_limit: float
    evidence: float
    drifted: bool


def recorded(span: Span, version: Version, window: str) -> Mapping[str, Recorded]:
    """Return the decision by signal; none where the span is longer or shorter than the window.

    Raises PrometheusFailed.
    """
    if seconds(span.since) != seconds(window):
        return {}
    names = Window(window)
    limits, strengths, decided = (
        {
            one.labels[SIGNAL]: one.last
            for one in span.at_end(f"max by ({SIGNAL}) ({series}{version.selector})")
        }
        for series in (names.psi_limit, names.evidence, names.drifted)
    )
    return {
        name: Recorded(limits[name], strengths[name], decided[name] == 1)
        for name in limits.keys() & strengths.keys() & decided.keys()
    }
