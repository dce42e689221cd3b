"""The panels about requests: rate, errors and duration."""

from monitoring.grafana.dashboards.service.queries import asked, job, latency, share_of_errors
from monitoring.grafana.panel import GREEN, LOOP, RED, Limit, Panel, Query
from monitoring.grafana.variables import RATE
from monitoring.thresholds import Thresholds
from perennial.metric_names import http


def rate(thresholds: Thresholds) -> Panel:
    """Return the requests by route and answer."""
    return Panel(
        "timeseries",
        "Rate: requests by route and answer",
        "Requests a second. 4xx: the client's mistake. 5xx: an error of the service.",
        (
            Query(
                f"sum by (handler, status) (rate({http.REQUESTS}{{{asked(thresholds)}}}[{RATE}]))",
                "{{handler}} {{status}}",
            ),
        ),
        ("ErrorsHigh", "LatencyHigh"),
        (LOOP,),
        unit="reqps",
        minimum=0,
    )


def errors(thresholds: Thresholds) -> Panel:
    """Return the share of server errors."""
    return Panel(
        "timeseries",
        "Errors: share of answers 5xx",
        f"Pages when it stays over the line for {thresholds.errors_for}.",
        (Query(f"{share_of_errors(thresholds)}", "errors"),),
        ("ErrorsHigh",),
        (LOOP,),
        unit="percentunit",
        limits=(Limit(0, GREEN), Limit(thresholds.errors_share, RED)),
        minimum=0,
    )


def duration(thresholds: Thresholds) -> Panel:
    """Return the quantiles of latency."""
    quantiles = sorted({0.5, 0.9, thresholds.latency_quantile})
    return Panel(
        "timeseries",
        "Duration: quantiles of all requests",
        f"Seconds. Pages when the {thresholds.latency_quantile:.2%} quantile stays over the line "
        f"for {thresholds.latency_for}.",
        tuple(Query(latency(quantile, thresholds), f"{quantile:.2%}") for quantile in quantiles),
        ("LatencyHigh",),
        (LOOP,),
        unit="s",
        limits=(Limit(0, GREEN), Limit(thresholds.latency_seconds, RED)),
        minimum=0,
    )


def latencies(thresholds: Thresholds) -> Panel:
    """Return the distribution of latency."""
    return Panel(
        "heatmap",
        "Duration: distribution",
        "Requests a second by duration. Two bands mean two kinds of requests, or a queue.",
        (
            Query(
                f"sum by (le) (rate({http.LATENCY_BUCKET}{{{job(thresholds)}}}[{RATE}]))",
                "{{le}}",
            ),
        ),
        ("LatencyHigh",),
        (LOOP,),
        unit="s",
    )
