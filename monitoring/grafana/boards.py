"""All dashboards, in the order in which a person reads them."""

from monitoring.grafana.dashboards import DASHBOARDS
from monitoring.grafana.panel import Board, Panel
from monitoring.thresholds import Thresholds


def boards(thresholds: Thresholds) -> tuple[Board, ...]:
    """Return every dashboard."""
    return tuple(board(thresholds) for board in DASHBOARDS)


def numbered(board: Board) -> list[tuple[int, Panel]]:
    """Return a dashboard's panels with their ids, which links name."""
    return list(enumerate(board.panels, start=1))
