"""The dashboards, in the order in which a person reads them; a panel is a function."""

from monitoring.grafana.dashboards import loop, model, retraining, service

DASHBOARDS = (loop.board, model.board, service.board, retraining.board)
