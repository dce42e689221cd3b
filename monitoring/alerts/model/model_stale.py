"""ModelStale: the serving version was trained long ago; a person is asked.

It starts no retrain. It lasts until a gate promotes another model, which to the relay is one
incident: drift that begins meanwhile would be taken for a repeat of it.
"""

from monitoring.alerts.alert import NOTICE, OF_VERSION, SERVING, Alert, dashboard
from monitoring.recording.series import VERSION
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

SECONDS_OF_DAY = 86400


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    created = f"max by ({VERSION}) ({metrics.CREATED.name})"
    return Alert(
        "ModelStale",
        f"(time() - {created}) / {SECONDS_OF_DAY} > {thresholds.stale_days:g}\n{SERVING}",
        thresholds.model_stale_for,
        NOTICE,
        "{{ $labels.model }} {{ $labels.version }} is old",
        f'It was exported {{{{ printf "%.0f" $value }}}} days ago; the limit is '
        f"{thresholds.stale_days:g} days.",
        dashboard("loop", OF_VERSION),
    )
