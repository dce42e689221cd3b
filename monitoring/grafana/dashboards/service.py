"""The Service dashboard: rate, errors, duration, saturation, batches, queue, per version."""

from monitoring.grafana.panel import (
    GREEN,
    LOOP,
    MODEL,
    ORANGE,
    RED,
    SERVICE,
    Board,
    Limit,
    Panel,
    Query,
)
from monitoring.grafana.shared_panels import annotations
from monitoring.grafana.variables import OF_VERSION, RATE
from monitoring.thresholds import Thresholds
from perennial.metric_names import http
from perennial.metric_names import service as metrics


def board(thresholds: Thresholds) -> Board:
    """Return the dashboard."""
    return Board(
        SERVICE,
        "Perennial / Service",
        "Rate, errors, duration and saturation of the service, and what each version adds.",
        (
            *_now(thresholds),
            _rate(thresholds),
            _errors(thresholds),
            _duration(thresholds),
            _latencies(thresholds),
            _inference(),
            _saturation(thresholds),
            _batches(),
            _queue(thresholds),
            _versions(),
            _bundles(thresholds),
        ),
        annotations()[:1],
        since="now-6h",
    )


def _now(thresholds: Thresholds) -> tuple[Panel, ...]:
    return (
        Panel(
            "stat",
            "Replicas up",
            "Replicas that Prometheus can scrape, and all that it knows.",
            (
                Query(f"sum(up{{{_job(thresholds)}}})", "answer"),
                Query(f"count(up{{{_job(thresholds)}}})", "known"),
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
            (Query(_rate_of_all(thresholds), "requests"),),
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
            (Query(f"{_share_of_errors(thresholds)} or vector(0)", "errors"),),
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
                    _quantile(thresholds.latency_quantile, thresholds),
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


def _job(thresholds: Thresholds) -> str:
    return f'job="{thresholds.service_job}"'


def _asked(thresholds: Thresholds) -> str:
    """Return the selector of the requests of clients."""
    return f'{_job(thresholds)},handler!~"{http.PROBES}"'


def _rate_of_all(thresholds: Thresholds) -> str:
    return f"sum(rate({http.REQUESTS}{{{_asked(thresholds)}}}[{RATE}]))"


def _share_of_errors(thresholds: Thresholds) -> str:
    errors = f'sum(rate({http.REQUESTS}{{{_asked(thresholds)},status="5xx"}}[{RATE}]))'
    return f"{errors} / ({_rate_of_all(thresholds)} > 0)"


def _quantile(quantile: float, thresholds: Thresholds) -> str:
    buckets = f"sum by (le) (rate({http.LATENCY_BUCKET}{{{_job(thresholds)}}}[{RATE}]))"
    return f"histogram_quantile({quantile:g}, {buckets}) >= 0"


def _rate(thresholds: Thresholds) -> Panel:
    return Panel(
        "timeseries",
        "Rate: requests by route and answer",
        "Requests a second. 4xx: the client's mistake. 5xx: an error of the service.",
        (
            Query(
                f"sum by (handler, status) (rate({http.REQUESTS}{{{_asked(thresholds)}}}[{RATE}]))",
                "{{handler}} {{status}}",
            ),
        ),
        ("ErrorsHigh", "LatencyHigh"),
        (LOOP,),
        unit="reqps",
        minimum=0,
    )


def _errors(thresholds: Thresholds) -> Panel:
    return Panel(
        "timeseries",
        "Errors: share of answers 5xx",
        f"Pages when it stays over the line for {thresholds.errors_for}.",
        (Query(f"{_share_of_errors(thresholds)}", "errors"),),
        ("ErrorsHigh",),
        (LOOP,),
        unit="percentunit",
        limits=(Limit(0, GREEN), Limit(thresholds.errors_share, RED)),
        minimum=0,
    )


def _duration(thresholds: Thresholds) -> Panel:
    quantiles = sorted({0.5, 0.9, thresholds.latency_quantile})
    return Panel(
        "timeseries",
        "Duration: quantiles of all requests",
        f"Seconds. Pages when the {thresholds.latency_quantile:.2%} quantile stays over the line "
        f"for {thresholds.latency_for}.",
        tuple(Query(_quantile(quantile, thresholds), f"{quantile:.2%}") for quantile in quantiles),
        ("LatencyHigh",),
        (LOOP,),
        unit="s",
        limits=(Limit(0, GREEN), Limit(thresholds.latency_seconds, RED)),
        minimum=0,
    )


def _latencies(thresholds: Thresholds) -> Panel:
    return Panel(
        "heatmap",
        "Duration: distribution",
        "Requests a second by duration. Two bands mean two kinds of requests, or a queue.",
        (
            Query(
                f"sum by (le) (rate({http.LATENCY_BUCKET}{{{_job(thresholds)}}}[{RATE}]))", "{{le}}"
            ),
        ),
        ("LatencyHigh",),
        (LOOP,),
        unit="s",
    )


def _inference() -> Panel:
    name = metrics.INFERENCE_SECONDS.name
    buckets = f"sum by (le, version) (rate({name}_bucket{{{OF_VERSION}}}[{RATE}]))"
    return Panel(
        "timeseries",
        "Inference: 99 % quantile per version",
        "Seconds of one inference on a batch. A step at a new version is what that version costs.",
        (Query(f"histogram_quantile(0.99, {buckets}) >= 0", "{{version}}"),),
        ("LatencyHigh",),
        (MODEL,),
        unit="s",
        minimum=0,
    )


def _saturation(thresholds: Thresholds) -> Panel:
    name = metrics.INFERENCE_SECONDS.name
    return Panel(
        "timeseries",
        "Saturation: share of time spent in inference",
        "For each replica. Near 100 % requests wait for each other: add replicas.",
        (
            Query(
                f"sum by (instance) (rate({name}_sum{{{OF_VERSION}}}[{RATE}]))",
                "{{instance}}",
            ),
        ),
        ("LatencyHigh",),
        (LOOP,),
        unit="percentunit",
        limits=(
            Limit(0, GREEN),
            Limit(thresholds.busy_share, ORANGE),
            Limit(thresholds.saturated_share, RED),
        ),
        minimum=0,
    )


def _batches() -> Panel:
    name = metrics.BATCH_SIZE.name
    rows = f"sum by (version) (rate({name}_sum{{{OF_VERSION}}}[{RATE}]))"
    batches = f"sum by (version) (rate({name}_count{{{OF_VERSION}}}[{RATE}]))"
    return Panel(
        "timeseries",
        "Batches: rows of one inference",
        "Mean per version. 1 means little traffic; batches grow with the load.",
        (Query(f"{rows} / ({batches} > 0)", "{{version}}"),),
        ("LatencyHigh",),
        (LOOP,),
        unit="none",
        minimum=0,
    )


def _queue(thresholds: Thresholds) -> Panel:
    return Panel(
        "timeseries",
        "Queue: predictions waiting to be stored, and lost",
        "A growing queue means a slow database. A lost prediction was answered but not stored: "
        "feedback for it is refused.",
        (
            Query(f"sum({metrics.QUEUE_LENGTH.name}{{{_job(thresholds)}}})", "waiting"),
            Query(
                f"sum(increase({metrics.PREDICTIONS_DROPPED.name}{{{_job(thresholds)}}}[{RATE}]))",
                "lost",
            ),
        ),
        ("PredictionsDropped",),
        (LOOP,),
        unit="short",
        minimum=0,
    )


def _versions() -> Panel:
    return Panel(
        "timeseries",
        "Predictions a second per version",
        "Two versions at once mean a deployment in progress.",
        (
            Query(
                "sum by (model, version) "
                f"(rate({metrics.PREDICTIONS.name}{{{OF_VERSION}}}[{RATE}]))",
                "{{model}} {{version}}",
            ),
        ),
        ("NoTraffic",),
        (MODEL,),
        unit="reqps",
        minimum=0,
    )


def _bundles(thresholds: Thresholds) -> Panel:
    return Panel(
        "timeseries",
        "Bundles put into service, and refused",
        "Since the replicas started. When a bundle is refused, the old version keeps serving.",
        (
            Query(f"sum({metrics.BUNDLE_SWAPS.name}{{{_job(thresholds)}}})", "put into service"),
            Query(
                f"sum by (reason) ({metrics.BUNDLE_REJECTED.name}{{{_job(thresholds)}}}) > 0",
                "refused: {{reason}}",
                "no bundle was refused",
            ),
        ),
        ("BundleRejected",),
        (LOOP,),
        unit="none",
        minimum=0,
    )
