"""ErrorsHigh: too many requests are answered with a 5xx status; pages."""

from monitoring.alerts.alert import PAGE, Alert, dashboard
from monitoring.thresholds import Thresholds
from perennial.metric_names import http


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    window = thresholds.health_window
    asked = f'job="{thresholds.service_job}",handler!~"{http.PROBES}"'
    return Alert(
        "ErrorsHigh",
        f'sum(rate({http.REQUESTS}{{{asked},status=~"5.."}}[{window}]))\n'
        f"/ (sum(rate({http.REQUESTS}{{{asked}}}[{window}])) > {thresholds.least_requests:g})\n"
        f"> {thresholds.errors_share:g}",
        thresholds.errors_for,
        PAGE,
        "Too many requests fail with a server error",
        f"{{{{ $value | humanizePercentage }}}} of the requests in the last {window} got a 5xx "
        f"answer; the limit is {thresholds.errors_share:.2%}.",
        dashboard("service"),
    )
