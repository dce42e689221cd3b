"""All dashboards, in the order in which a person reads them."""

from monitoring.grafana import loop, model, retraining, service
from monitoring.grafana.panel import Board, Panel
from monitoring.thresholds import Thresholds


def boards(thresholds: Thresholds) -> tuple[Board, ...]:
    """Return every dashboard."""
    return tuple(module.board(thresholds) for module in (loop, model, service, retraining))


def numbered(board: Board) -> list[tuple[int, Panel]]:
    """Return a dashboard's panels with their ids, which links name."""
    return list(enumerate(board.panels, start=1))
