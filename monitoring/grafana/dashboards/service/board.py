"""The Service dashboard: rate, errors, duration, saturation, batches, queue, per version."""

from monitoring.grafana.dashboards.service import now, predictions, requests
from monitoring.grafana.panel import SERVICE, Board
from monitoring.grafana.shared_panels import annotations
from monitoring.thresholds import Thresholds


def board(thresholds: Thresholds) -> Board:
    """Return the dashboard."""
    return Board(
        SERVICE,
        "Perennial / Service",
        "Rate, errors, duration and saturation of the service, and what each version adds.",
        (
            *now.panels(thresholds),
            requests.rate(thresholds),
            requests.errors(thresholds),
            requests.duration(thresholds),
            requests.latencies(thresholds),
            predictions.inference(),
            predictions.saturation(thresholds),
            predictions.batches(),
            predictions.queue(thresholds),
            predictions.versions(),
            predictions.bundles(thresholds),
        ),
        annotations()[:1],
        since="now-6h",
    )
