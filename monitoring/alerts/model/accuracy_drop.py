"""AccuracyDrop: the accuracy on labelled predictions fell under its limit; starts a retrain."""

from monitoring.alerts.accuracy import FELL, drop, amounts
from monitoring.alerts.alert import ON_LABELS, OF_VERSION, Alert, dashboard
from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    short, long = (
        (names.accuracy, names.accuracy_limit, names.labels)
        for names in map(Window, thresholds.windows)
    )
    return Alert(
        "AccuracyDrop",
        drop(short, long, thresholds),
        thresholds.retrain_for,
        ON_LABELS,
        "The accuracy of {{ $labels.model }} {{ $labels.version }} fell",
        f"Accuracy on labelled predictions {FELL} {amounts(short, 'labels', thresholds)}",
        dashboard("model", OF_VERSION),
    )
