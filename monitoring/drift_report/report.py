"""All that the report says, asked from Prometheus once; the table and the page only show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitoring.prometheus_client import Series
from monitoring.recording.series import Window
from monitoring.drift_report.accuracy import Accuracy, accuracy
from monitoring.drift_report.alerts import Fired, fired
from monitoring.drift_report.drift_status import DriftStatus, Limits, limits
from monitoring.drift_report.errors import NoSignals
from monitoring.drift_report.interval import Intervals, intervals
from monitoring.drift_report.loss import Loss, loss
from monitoring.drift_report.recorded import recorded
from monitoring.drift_report.signal_counts import SIGNAL, SignalSource
from monitoring.drift_report.signal_drift import SignalDrift, compare, worst_first
from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Served, Version, served
from monitoring.drift_report.worth import Worth, alerts_worth, signals_worth
from monitoring.thresholds import Thresholds
from perennial.statistics.errors import InvalidArgument

# By window and signal, PSI as the rules recorded it.
History = Mapping[str, Mapping[str, Series]]


@dataclass(frozen=True, kw_only=True)
class DriftReport:
    """The report's content; signals: the worst first.  refused: what could not be computed.

    decided: whether the rules decided on every signal, and not the reference alone.
    """

    span: Span
    version: Version
    limits: Limits
    decided: bool
    signals: Sequence[SignalDrift]
    refused: Sequence[str]
    accuracy: Accuracy | None
    loss: Loss | None
    intervals: Intervals | None
    alerts: Sequence[Fired]
    alerts_worth: Sequence[Worth]
    signals_worth: Sequence[Worth]
    served: Sequence[Served]
    history: History

    def having(self, status: DriftStatus) -> list[str]:
        """Return the names of the signals that have a status, the worst first."""
        return [one.signal.name for one in self.signals if one.status is status]

    @property
    def drifts(self) -> bool:
        """Whether any signal drifts."""
        return bool(self.having(DriftStatus.DRIFT))


def build(span: Span, version: Version, thresholds: Thresholds) -> DriftReport:
    """Ask for everything. Raises NoSignals, PrometheusFailed."""
    chosen = limits(span.since, thresholds)
    source, said = SignalSource(span, version), recorded(span, version, chosen.window)
    found, refused = [], []
    for name in source:
        try:
            found.append(compare(source.signal(name), chosen, thresholds, said.get(name)))
        except InvalidArgument as error:
            refused.append(f"{name} was left out: {error}")
    if not found and not refused:
        raise NoSignals(str(version))
    return DriftReport(
        span=span,
        version=version,
        limits=chosen,
        decided=all(one.signal.name in said for one in found),
        signals=worst_first(found),
        refused=refused,
        accuracy=accuracy(span, version, thresholds),
        loss=loss(span, version, thresholds),
        intervals=intervals(span, version, thresholds),
        alerts=fired(span, version),
        alerts_worth=alerts_worth(span, version.model),
        signals_worth=signals_worth(span, version.model),
        served=served(span, version.model),
        history={
            window: {
                one.labels[SIGNAL]: one
                for one in span.history(f"{Window(window).psi}{version.selector}")
            }
            for window in _shown(chosen.window, thresholds)
        },
    )


def _shown(window: str, thresholds: Thresholds) -> Sequence[str]:
    """Return the window that the limits are of and the next shorter one, which moves sooner."""
    place = thresholds.watched_windows.index(window)
    return thresholds.watched_windows[max(0, place - 1) : place + 1]
