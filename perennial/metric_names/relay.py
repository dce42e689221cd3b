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
    "How pipelines ended: promote, keep or block by the gate, or too few rows.",
    ("model", "verdict"),
)
PENDING = Metric(
    "relay_pending_incidents", "gauge", "Attempts waiting for their pipeline.", ("model",)
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
    "1 for the status of a model's latest attempt: a pipeline status, waiting or untriggered.",
    ("model", "status"),
)
INCIDENT = Metric(
    "relay_incident",
    "gauge",
    "1 for what a model's living incident does: wait for labels, for time, run, …; see policy.py.",
    ("model", "action"),
)
INCIDENT_SINCE = Metric(
    "relay_incident_action_timestamp_seconds",
    "gauge",
    "Unix time since when a living incident has done what it does.",
    ("model", "action"),
)
MISSING_LABELS = Metric(
    "relay_missing_labels",
    "gauge",
    "Labels that a model's living incident waits for; 0 where it waits for none.",
    ("model",),
)
EXPECTED = Metric(
    "relay_expected_timestamp_seconds",
    "gauge",
    "Unix time when a living incident expects its labels, at the rate at which they come.",
    ("model",),
)
ALERT_INCIDENTS = Metric(
    "relay_alert_incidents",
    "gauge",
    "Incidents in which an alert fired, by what came of them; see worth.py.",
    ("model", "alert", "outcome"),
)
SIGNAL_INCIDENTS = Metric(
    "relay_signal_incidents",
    "gauge",
    "Incidents in which a signal drifted, by what came of them; see worth.py.",
    ("model", "signal", "outcome"),
)
