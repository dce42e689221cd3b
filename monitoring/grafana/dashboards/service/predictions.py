"""The panels about predictions: inference, batches, the queue to the store, and versions."""

from monitoring.grafana.dashboards.service.queries import job
from monitoring.grafana.panel import GREEN, LOOP, MODEL, ORANGE, RED, Limit, Panel, Query
from monitoring.grafana.variables import OF_VERSION, RATE
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics


def inference() -> Panel:
    """Return the time of one inference, per version."""
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


def saturation(thresholds: Thresholds) -> Panel:
    """Return the share of time spent in inference, per replica."""
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


def batches() -> Panel:
    """Return the rows of one inference, per version."""
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


def queue(thresholds: Thresholds) -> Panel:
    """Return the predictions that wait to be stored, and those that were lost."""
    return Panel(
        "timeseries",
        "Queue: predictions waiting to be stored, and lost",
        "A growing queue means a slow database. A lost prediction was answered but not stored: "
        "feedback for it is refused.",
        (
            Query(f"sum({metrics.QUEUE_LENGTH.name}{{{job(thresholds)}}})", "waiting"),
            Query(
                f"sum(increase({metrics.PREDICTIONS_DROPPED.name}{{{job(thresholds)}}}[{RATE}]))",
                "lost",
            ),
        ),
        ("PredictionsDropped",),
        (LOOP,),
        unit="short",
        minimum=0,
    )


def versions() -> Panel:
    """Return the predictions per version."""
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


def bundles(thresholds: Thresholds) -> Panel:
    """Return the bundles put into service, and those refused."""
    return Panel(
        "timeseries",
        "Bundles put into service, and refused",
        "Since the replicas started. When a bundle is refused, the old version keeps serving.",
        (
            Query(f"sum({metrics.BUNDLE_SWAPS.name}{{{job(thresholds)}}})", "put into service"),
            Query(
                f"sum by (reason) ({metrics.BUNDLE_REJECTED.name}{{{job(thresholds)}}}) > 0",
                "refused: {{reason}}",
                "no bundle was refused",
            ),
        ),
        ("BundleRejected",),
        (LOOP,),
        unit="none",
        minimum=0,
    )
