"""The alerts on the way from an alert to a pipeline that wake a person."""

from monitoring.alerts.alert import DASHBOARDS, OF_MODEL, PAGE, RELAY_JOB, Alert, down
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay as metrics


def relay_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts on the way from an alert to a pipeline that wake a person."""
    status = metrics.PIPELINE_STATUS.name
    return [
        down("RelayDown", RELAY_JOB, thresholds.relay_down_for, "the relay", "retraining"),
        Alert(
            "RetrainFailing",
            f'max by (model, status) ({status}{{status=~"failed|untriggered"}}) == 1',
            thresholds.retrain_failing_for,
            PAGE,
            "The latest retrain of {{ $labels.model }} did not succeed",
            "Its latest incident ended {{ $labels.status }}: the model that drifted still serves.",
            DASHBOARDS["retraining"] + OF_MODEL,
        ),
    ]
