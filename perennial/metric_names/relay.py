"""Every metric of the relay: its name, type, labels and help; the alerts are written from these."""

from perennial.metric_names.metric import Metric

WEBHOOKS = Metric(
    "relay_webhooks_total",
    "counter",
    "Webhooks received, by the HTTP status answered.",
    ("status",),
)
DECISIONS = Metric(
    "relay_decisions_total", "counter", "Decisions on alerts, as in the audit.", ("decision",)
)
PIPELINES = Metric(
    "relay_pipelines_triggered_total", "counter", "Pipelines started or adopted.", ("model",)
)
TRIGGER_ERRORS = Metric(
    "relay_trigger_errors_total", "counter", "Attempts to start a pipeline that failed.", ("model",)
)
POLL_ERRORS = Metric(
    "relay_poll_errors_total",
    "counter",
    "Questions for a pipeline's status that failed.",
    ("model",),
)
VERDICTS = Metric(
    "relay_verdicts_total",
    "counter",
    "Verdicts of the gate in pipelines that ended: promote, keep or block.",
    ("model", "verdict"),
)
PENDING = Metric(
    "relay_pending_incidents", "gauge", "Incidents that wait for their pipeline.", ("model",)
)
LAST_SUCCESS = Metric(
    "relay_last_trigger_timestamp_seconds",
    "gauge",
    "When a pipeline was last started or adopted, in seconds since 1970; 0 is never.",
    ("model",),
)
PIPELINE_STATUS = Metric(
    "relay_pipeline_status",
    "gauge",
    "1 for the status of a model's latest incident: GitLab's, or waiting, or untriggered.",
    ("model", "status"),
)
