"""EstimatedAccuracyDrop: the confidence fell too far for the accuracy to hold; starts a retrain."""

from monitoring.alerts.accuracy import FELL, UNKNOWN, amounts, changed
from monitoring.alerts.alert import ON_INPUTS, OF_VERSION, Alert, dashboard
from monitoring.recording.estimate import FALL
from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    short = names.estimated, names.estimated_limit, names.predictions
    return Alert(
        "EstimatedAccuracyDrop",
        changed(FALL),
        thresholds.retrain_for,
        ON_INPUTS,
        "The estimated accuracy of {{ $labels.model }} {{ $labels.version }} fell",
        f"Accuracy estimated from the mean confidence {FELL} "
        + amounts(short, "predictions", thresholds, missing=UNKNOWN),
        dashboard("model", OF_VERSION),
    )
