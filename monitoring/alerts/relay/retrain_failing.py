"""RetrainFailing: the latest incident's pipeline failed, or cannot be started; pages."""

from monitoring.alerts.alert import OF_MODEL, PAGE, Alert, dashboard
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay as metrics


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    status = metrics.PIPELINE_STATUS.name
    return Alert(
        "RetrainFailing",
        f'max by (model, status) ({status}{{status=~"failed|untriggered"}}) == 1',
        thresholds.retrain_failing_for,
        PAGE,
        "The latest retrain of {{ $labels.model }} did not succeed",
        "The pipeline of its latest incident is {{ $labels.status }}; the model that drifted still "
        "serves.",
        dashboard("retraining", OF_MODEL),
    )
