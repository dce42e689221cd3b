"""PredictionDrift: output signals of the serving version drift; starts a retrain."""

from monitoring.alerts.alert import Alert
from monitoring.alerts.drift import OUTPUTS, drift_alert
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    return drift_alert("PredictionDrift", OUTPUTS, "output", thresholds)
