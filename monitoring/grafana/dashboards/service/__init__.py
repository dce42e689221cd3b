"""The Service dashboard, a file for each kind of panel."""

from monitoring.grafana.dashboards.service.board import board

__all__ = ["board"]
