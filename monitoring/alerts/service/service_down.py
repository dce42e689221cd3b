"""ServiceDown: Prometheus cannot scrape the service; pages."""

from monitoring.alerts.alert import Alert, dashboard, down
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    job, hold = thresholds.service_job, thresholds.service_down_for
    return down("ServiceDown", job, hold, "the service", dashboard("service"))
