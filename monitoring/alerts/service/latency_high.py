"""LatencyHigh: the slowest requests take too long; pages."""

from monitoring.alerts.alert import PAGE, Alert, dashboard
from monitoring.thresholds import Thresholds
from perennial.metric_names import http


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    window, job = thresholds.health_window, f'job="{thresholds.service_job}"'
    buckets = f"sum by (le) (rate({http.LATENCY_BUCKET}{{{job}}}[{window}]))"
    asked = f"sum(rate({http.LATENCY_COUNT}{{{job}}}[{window}]))"
    return Alert(
        "LatencyHigh",
        f"histogram_quantile({thresholds.latency_quantile:g}, {buckets})\n"
        f"> {thresholds.latency_seconds:g}\n"
        f"and on () {asked} > {thresholds.least_requests:g}",
        thresholds.latency_for,
        PAGE,
        "The service is slow",
        f"The slowest {1 - thresholds.latency_quantile:.2%} of the requests in the last {window} "
        "took {{ $value | humanizeDuration }} or more; the limit is "
        f"{thresholds.latency_seconds:g}s.",
        dashboard("service"),
    )
