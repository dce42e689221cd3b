"""The first row of the Service dashboard: how the service is now."""

from monitoring.grafana.dashboards.service.queries import job, latency, rate_of_all, share_of_errors
from monitoring.grafana.panel import GREEN, LOOP, MODEL, RED, Limit, Panel, Query
from monitoring.thresholds import Thresholds


def panels(thresholds: Thresholds) -> tuple[Panel, ...]:
    """Return the panels of the first row: replicas, requests, errors, latency."""
    return (
        Panel(
            "stat",
            "Replicas up",
            "Replicas that Prometheus can scrape, and all that it knows.",
            (
                Query(f"sum(up{{{job(thresholds)}}})", "answer"),
                Query(f"count(up{{{job(thresholds)}}})", "known"),
            ),
            ("ServiceDown",),
            (LOOP,),
            unit="none",
            width=6,
            height=4,
            limits=(Limit(0, RED), Limit(1, GREEN)),
            show="both",
        ),
        Panel(
            "stat",
            "Requests a second",
            "All routes except the probes, summed over the replicas.",
            (Query(rate_of_all(thresholds), "requests"),),
            ("LatencyHigh",),
            (MODEL,),
            unit="reqps",
            width=6,
            height=4,
        ),
        Panel(
            "stat",
            "Share of errors",
            f"5xx answers divided by all answers; over {thresholds.errors_share:.2%} pages. "
            "Invalid input is answered with 4xx and does not count.",
            (Query(f"{share_of_errors(thresholds)} or vector(0)", "errors"),),
            ("ErrorsHigh",),
            (LOOP,),
            unit="percentunit",
            width=6,
            height=4,
            limits=(Limit(0, GREEN), Limit(thresholds.errors_share, RED)),
        ),
        Panel(
            "stat",
            "Slowest requests",
            f"The {thresholds.latency_quantile:.2%} quantile of the duration of all requests.",
            (
                Query(
                    latency(thresholds.latency_quantile, thresholds),
                    "quantile",
                    "no request in the window",
                ),
            ),
            ("LatencyHigh",),
            (LOOP,),
            unit="s",
            width=6,
            height=4,
            limits=(Limit(0, GREEN), Limit(thresholds.latency_seconds, RED)),
            no_value="no requests",
        ),
    )
