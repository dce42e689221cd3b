"""RetrainWaiting: a drifting model has waited for labels for long; a person is asked."""

from monitoring.alerts.alert import NOTICE, OF_MODEL, Alert, dashboard
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import relay as metrics


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    since = f'{metrics.INCIDENT_SINCE.name}{{action="labels"}}'
    limit = thresholds.retrain_waiting
    missing = f"{metrics.MISSING_LABELS.name}{{model='%s'}}"
    return Alert(
        "RetrainWaiting",
        f"time() - max by (model) ({since}) > {seconds(limit)}",
        thresholds.retrain_waiting_for,
        NOTICE,
        "A retrain of {{ $labels.model }} waits for labels",
        f"Its incident has waited for {{{{ $value | humanizeDuration }}}}, over {limit}. Missing "
        f'labels: {{{{ with printf "{missing}" $labels.model | query }}}}'
        '{{ . | first | value | printf "%.0f" }}{{ end }}.',
        dashboard("retraining", OF_MODEL),
    )
