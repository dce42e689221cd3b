"""AccuracyDrop: the accuracy on labelled predictions fell, and is low still; starts a retrain."""

from monitoring.alerts.accuracy import amounts, since, slump
from monitoring.alerts.alert import OF_VERSION, ON_LABELS, Alert, dashboard
from monitoring.recording.costs import ACCURACY
from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds

BELOW = '{{ printf "%.3f" $value }} below'


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    short = names.accuracy, names.accuracy_limit, names.labels
    return Alert(
        "AccuracyDrop",
        slump(ACCURACY),
        thresholds.retrain_for,
        ON_LABELS,
        "The accuracy of {{ $labels.model }} {{ $labels.version }} fell",
        f"Accuracy is {BELOW} the one that the version was accepted with. "
        f"That is over the last {since(ACCURACY)} labels. {amounts(short, 'labels', thresholds)}",
        dashboard("model", OF_VERSION),
    )
