"""Every metric of the relay: its name, type, labels and help; the alerts use these names."""

from perennial.metric_names.metric import Metric

WEBHOOKS = Metric(
    "relay_webhooks_total",
    "counter",
    "Webhooks received, by the HTTP status of the response.",
    ("status",),
)
DECISIONS = Metric(
    "relay_decisions_total", "counter", "Decisions on alerts, as in the audit log.", ("decision",)
)
PIPELINES = Metric(
    "relay_pipelines_triggered_total", "counter", "Pipelines started or adopted.", ("model",)
)
TRIGGER_ERRORS = Metric(
    "relay_trigger_errors_total", "counter", "Failed attempts to start a pipeline.", ("model",)
)
POLL_ERRORS = Metric(
    "relay_poll_errors_total",
    "counter",
    "Failed requests for a pipeline's status.",
    ("model",),
)
VERDICTS = Metric(
    "relay_verdicts_total",
    "counter",
    "Verdicts of the gate in finished pipelines: promote, keep or block.",
    ("model", "verdict"),
)
PENDING = Metric(
    "relay_pending_incidents", "gauge", "Incidents waiting for their pipeline.", ("model",)
)
LAST_SUCCESS = Metric(
    "relay_last_trigger_timestamp_seconds",
    "gauge",
    "Unix time when a pipeline was last started or adopted; 0 means never.",
    ("model",),
)
PIPELINE_STATUS = Metric(
    "relay_pipeline_status",
    "gauge",
    "1 for the status of a model's latest incident: a pipeline status, waiting or untriggered.",
    ("model", "status"),
)
