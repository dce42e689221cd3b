"""PredictionsDropped: predictions were answered but not stored; pages."""

from monitoring.alerts.alert import PAGE, Alert, dashboard
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    window = thresholds.event_window
    return Alert(
        "PredictionsDropped",
        f"sum(increase({metrics.PREDICTIONS_DROPPED.name}[{window}])) > 0",
        thresholds.dropped_for,
        PAGE,
        "Predictions were answered but not stored",
        f"Predictions not stored in the last {window}: "
        '{{ printf "%.0f" $value }}. Feedback for them is refused, and no retrain can learn from '
        "them.",
        dashboard("service"),
    )
