"""ReferenceMismatch: counters and reference of a signal do not fit; a person is asked.

A bundle is refused for each of the reasons, so no service of ours raises it. It finds other
programs that export our metrics, replicas that serve two bundles under one version, and a service
whose check has a gap: drift that cannot be computed must not look like health.
"""

from monitoring.alerts.alert import NOTICE, OF_VERSION, SERVING, Alert, dashboard
from monitoring.recording.series import (
    BINS,
    CRITICAL_VALUE,
    REFERENCE_SHARE,
    REFERENCE_SIZE,
    SIGNAL,
    Window,
)
from monitoring.thresholds import Thresholds

# How far from 1 the shares of a reference may add up to, by rounding.
ROUNDING = 0.001


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    counted = Window(thresholds.count_interval).bin_counts
    reasons = {
        "counts a bin that the reference lacks": f"{counted} unless {REFERENCE_SHARE}",
        "does not count a bin of the reference upwards": f"{REFERENCE_SHARE} unless {counted}",
        "has reference shares that do not add up to 1": (
            f"abs(sum by ({SIGNAL}) ({REFERENCE_SHARE}) - 1) > {ROUNDING:g}"
        ),
        "has a reference without rows, or no critical value": (
            f"{BINS} unless ({REFERENCE_SIZE} and {CRITICAL_VALUE} > {BINS} - 3)"
        ),
    }
    parts = [
        f'label_replace(\n  count by ({SIGNAL}) ({expr}),\n  "reason", "{reason}", "", ""\n)'
        for reason, expr in reasons.items()
    ]
    return Alert(
        "ReferenceMismatch",
        "(" + " or ".join(parts) + f")\n{SERVING}",
        thresholds.mismatch_for,
        NOTICE,
        "Drift of {{ $labels.signal }} cannot be computed",
        "Signal {{ $labels.signal }} of {{ $labels.model }} {{ $labels.version }} "
        "{{ $labels.reason }}: its drift is missing or wrong.",
        dashboard("model", OF_VERSION),
    )
