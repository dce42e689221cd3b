"""IntervalCoverageDrop: intervals hold fewer labels than they should; starts a retrain."""

from monitoring.alerts.accuracy import PERCENT, WHOLE, ask, drop
from monitoring.alerts.alert import ON_LABELS, OF_VERSION, Alert, dashboard
from monitoring.recording.series import REFERENCE_INTERVAL_COVERAGE, Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    short, long = (
        (each.interval_coverage, each.interval_limit, each.interval_labels)
        for each in map(Window, thresholds.windows)
    )
    return Alert(
        "IntervalCoverageDrop",
        drop(short, long, thresholds, reference=REFERENCE_INTERVAL_COVERAGE),
        thresholds.retrain_for,
        ON_LABELS,
        "The intervals of {{ $labels.model }} {{ $labels.version }} hold fewer labels",
        'The share of labels in their interval is {{ printf "%.3f" $value }} below that of the '
        f"reference, and below its control limit. In the last {names.window}: "
        f"{ask(names.interval_coverage, PERCENT)}, limit {ask(names.interval_limit, PERCENT)}, "
        f"{ask(names.interval_labels, WHOLE)} labels.",
        dashboard("model", OF_VERSION),
    )
