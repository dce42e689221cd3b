"""The alerts: each is a file in the folder of its group, found by itself; the rest is shared."""

from monitoring.alerts.alert import (
    NOTICE,
    ON_INPUTS,
    ON_LABELS,
    PAGE,
    RETRAIN,
    RUNBOOK,
    Alert,
    dashboard,
)
from monitoring.alerts.collect import every, groups, of_models

__all__ = [
    "NOTICE",
    "ON_INPUTS",
    "ON_LABELS",
    "PAGE",
    "RETRAIN",
    "RUNBOOK",
    "Alert",
    "dashboard",
    "every",
    "groups",
    "of_models",
]
