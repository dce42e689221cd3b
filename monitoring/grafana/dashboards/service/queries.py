"""The queries that several panels of the Service dashboard share."""

from monitoring.grafana.variables import RATE
from monitoring.thresholds import Thresholds
from perennial.metric_names import http


def job(thresholds: Thresholds) -> str:
    """Return the selector of the service."""
    return f'job="{thresholds.service_job}"'


def asked(thresholds: Thresholds) -> str:
    """Return the selector of the requests of clients."""
    return f'{job(thresholds)},handler!~"{http.PROBES}"'


def rate_of_all(thresholds: Thresholds) -> str:
    """Return the requests of clients a second."""
    return f"sum(rate({http.REQUESTS}{{{asked(thresholds)}}}[{RATE}]))"


def share_of_errors(thresholds: Thresholds) -> str:
    """Return the share of server errors among them."""
    errors = f'sum(rate({http.REQUESTS}{{{asked(thresholds)},status="5xx"}}[{RATE}]))'
    return f"{errors} / ({rate_of_all(thresholds)} > 0)"


def latency(quantile: float, thresholds: Thresholds) -> str:
    """Return a quantile of the duration of all requests."""
    buckets = f"sum by (le) (rate({http.LATENCY_BUCKET}{{{job(thresholds)}}}[{RATE}]))"
    return f"histogram_quantile({quantile:g}, {buckets}) >= 0"
