"""RelayDown: Prometheus cannot scrape the relay; pages."""

from monitoring.alerts.alert import Alert, dashboard, down
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    job, hold = thresholds.relay_job, thresholds.relay_down_for
    return down("RelayDown", job, hold, "the relay", dashboard("retraining"))
