"""The alerts on the service that wake a person."""

from monitoring.alerts.alert import DASHBOARDS, PAGE, SERVICE_JOB, Alert, down
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

# The names that prometheus-fastapi-instrumentator gives.
REQUESTS = "http_requests_total"
# Answers to these are for the machinery: a replica that is not ready yet is no error.
PROBES = "/health|/ready|/metrics"
LATENCY_BUCKET = "http_request_duration_highr_seconds_bucket"
LATENCY_COUNT = "http_request_duration_highr_seconds_count"


def service_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts on the service that wake a person."""
    return [
        down("ServiceDown", SERVICE_JOB, thresholds.service_down_for, "the service", "service"),
        _errors(thresholds),
        _latency(thresholds),
        _rejected(thresholds),
        _dropped(thresholds),
    ]


def _errors(thresholds: Thresholds) -> Alert:
    window = thresholds.health_window
    asked = f'job="{SERVICE_JOB}",handler!~"{PROBES}"'
    return Alert(
        "ErrorsHigh",
        f'sum(rate({REQUESTS}{{{asked},status=~"5.."}}[{window}]))\n'
        f"/ (sum(rate({REQUESTS}{{{asked}}}[{window}])) > {thresholds.least_requests:g})\n"
        f"> {thresholds.errors_share:g}",
        thresholds.errors_for,
        PAGE,
        "The service answers too many requests with an error of its own",
        f"{{{{ $value | humanizePercentage }}}} of the requests of {window} were answered 5xx; "
        f"the limit is {thresholds.errors_share:.2%}.",
        DASHBOARDS["service"],
    )


def _latency(thresholds: Thresholds) -> Alert:
    window = thresholds.health_window
    job = f'job="{SERVICE_JOB}"'
    buckets = f"sum by (le) (rate({LATENCY_BUCKET}{{{job}}}[{window}]))"
    return Alert(
        "LatencyHigh",
        f"histogram_quantile({thresholds.latency_quantile:g}, {buckets})\n"
        f"> {thresholds.latency_seconds:g}\n"
        f"and on () sum(rate({LATENCY_COUNT}{{{job}}}[{window}])) > {thresholds.least_requests:g}",
        thresholds.latency_for,
        PAGE,
        "The service answers slowly",
        f"The slowest {1 - thresholds.latency_quantile:.2%} of the requests of {window} take "
        "{{ $value | humanizeDuration }} or more; the limit is "
        f"{thresholds.latency_seconds:g}s.",
        DASHBOARDS["service"],
    )


def _rejected(thresholds: Thresholds) -> Alert:
    name, window = metrics.BUNDLE_REJECTED.name, thresholds.event_window
    return Alert(
        "BundleRejected",
        # A counter that is born at 1 has no increase yet; the second line sees it.
        f"sum by (reason) (increase({name}[{window}])) > 0\n"
        f"or sum by (reason) ({name} unless {name} offset {window}) > 0",
        "0s",
        PAGE,
        "A bundle was refused, the old version keeps serving",
        f"Bundles refused in {window} because of {{{{ $labels.reason }}}}: "
        '{{ printf "%.0f" $value }}.',
        DASHBOARDS["service"],
    )


def _dropped(thresholds: Thresholds) -> Alert:
    window = thresholds.event_window
    return Alert(
        "PredictionsDropped",
        f"sum(increase({metrics.PREDICTIONS_DROPPED.name}[{window}])) > 0",
        thresholds.dropped_for,
        PAGE,
        "Predictions were answered but not stored",
        f"Predictions that were not stored in {window}: "
        '{{ printf "%.0f" $value }}. No feedback can name them and no retrain can learn from them.',
        DASHBOARDS["service"],
    )
