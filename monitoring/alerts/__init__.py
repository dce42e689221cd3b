"""The alerts: each is a file in the folder of its group, found by itself; the rest is shared."""

from monitoring.alerts.alert import NOTICE, PAGE, RETRAIN, RUNBOOK, Alert, dashboard
from monitoring.alerts.collect import every, groups, of_models

__all__ = [
    "NOTICE",
    "PAGE",
    "RETRAIN",
    "RUNBOOK",
    "Alert",
    "dashboard",
    "every",
    "groups",
    "of_models",
]
