"""DataDrift: input signals of the serving version drift; starts a retrain."""

from monitoring.alerts.alert import Alert
from monitoring.alerts.drift import INPUTS, drift_alert
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    return drift_alert("DataDrift", INPUTS, "input", thresholds)
