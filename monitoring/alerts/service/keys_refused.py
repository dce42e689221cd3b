"""KeysRefused: a changed file of API keys cannot be used, so revoked keys stay valid; pages."""

from monitoring.alerts.alert import PAGE, Alert, dashboard
from monitoring.thresholds import Thresholds
from perennial.metric_names import keys as metrics


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    return Alert(
        "KeysRefused",
        f"sum({metrics.KEYS_REFUSED.name}) > 0",
        thresholds.keys_refused_for,
        PAGE,
        "The file of API keys cannot be used",
        '{{ printf "%.0f" $value }} replicas of the service cannot use the changed file of API '
        "keys. The keys from before stay valid, revoked ones too.",
        dashboard("service"),
    )
