"""The alerts: what starts a retrain and what wakes a person."""

from monitoring.alerts.alert import (
    DASHBOARDS,
    NOTICE,
    PAGE,
    RELAY_JOB,
    RETRAIN,
    RUNBOOK,
    SERVICE_JOB,
    SERVING,
    Alert,
)
from monitoring.alerts.model import model_alerts
from monitoring.alerts.relay import relay_alerts
from monitoring.alerts.service import (
    LATENCY_BUCKET,
    LATENCY_COUNT,
    PROBES,
    REQUESTS,
    service_alerts,
)

__all__ = [
    "DASHBOARDS",
    "LATENCY_BUCKET",
    "LATENCY_COUNT",
    "NOTICE",
    "PAGE",
    "PROBES",
    "RELAY_JOB",
    "REQUESTS",
    "RETRAIN",
    "RUNBOOK",
    "SERVICE_JOB",
    "SERVING",
    "Alert",
    "model_alerts",
    "relay_alerts",
    "service_alerts",
]
