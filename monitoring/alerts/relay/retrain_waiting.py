"""RetrainWaiting: a drifting model waits for labels, and none come; a person is asked."""

from monitoring.alerts.alert import NOTICE, OF_MODEL, Alert, dashboard
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import relay as metrics
from perennial.metric_names.service import FEEDBACK_DELAY


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    since = f'{metrics.INCIDENT_SINCE.name}{{action="labels"}}'
    limit, labels = thresholds.retrain_waiting, f"{FEEDBACK_DELAY.name}_count"
    missing = f"{metrics.MISSING_LABELS.name}{{model='%s'}}"
    return Alert(
        "RetrainWaiting",
        f"time() - max by (model) ({since}) > {seconds(limit)}\n"
        f"unless on (model) sum by (model) (increase({labels}[{limit}])) > 0",
        thresholds.retrain_waiting_for,
        NOTICE,
        "A retrain of {{ $labels.model }} waits for labels, and none come",
        "Its incident has waited for {{ $value | humanizeDuration }}, and no label came in "
        f'{limit}. Missing labels: {{{{ with printf "{missing}" $labels.model | query }}}}'
        '{{ . | first | value | printf "%.0f" }}{{ end }}.',
        dashboard("retraining", OF_MODEL),
    )
