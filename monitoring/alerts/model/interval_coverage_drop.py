"""IntervalCoverageDrop: intervals hold fewer labels than they should; starts a retrain."""

from monitoring.alerts.accuracy import PERCENT, WHOLE, ask, since, slump
from monitoring.alerts.alert import OF_VERSION, ON_LABELS, Alert, dashboard
from monitoring.recording.costs import COVERAGE
from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    return Alert(
        "IntervalCoverageDrop",
        slump(COVERAGE),
        thresholds.retrain_for,
        ON_LABELS,
        "The intervals of {{ $labels.model }} {{ $labels.version }} hold fewer labels",
        'The share of labels in their interval is {{ printf "%.3f" $value }} below that of the '
        f"reference. That is over the last {since(COVERAGE)} labels. "
        f"In the last {names.window}: {ask(names.interval_coverage, PERCENT)}, limit "
        f"{ask(names.interval_limit, PERCENT)}, {ask(names.interval_labels, WHOLE)} labels.",
        dashboard("model", OF_VERSION),
    )
