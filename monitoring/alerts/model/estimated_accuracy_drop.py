"""EstimatedAccuracyDrop: the confidence fell too far for the accuracy to hold; starts a retrain."""

from monitoring.alerts.accuracy import FELL, drop, amounts
from monitoring.alerts.alert import ON_INPUTS, OF_VERSION, Alert, dashboard
from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    short, long = (
        (names.estimated, names.estimated_limit, names.predictions)
        for names in map(Window, thresholds.windows)
    )
    return Alert(
        "EstimatedAccuracyDrop",
        drop(short, long, thresholds),
        thresholds.retrain_for,
        ON_INPUTS,
        "The estimated accuracy of {{ $labels.model }} {{ $labels.version }} fell",
        f"Accuracy estimated from the mean confidence {FELL} "
        + amounts(short, "predictions", thresholds),
        dashboard("model", OF_VERSION),
    )
