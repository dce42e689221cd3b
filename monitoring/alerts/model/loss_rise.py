"""LossRise: the mean loss on labelled predictions rose over its limit; starts a retrain."""

from monitoring.alerts.accuracy import SHORT, WHOLE, ask, rise
from monitoring.alerts.alert import ON_LABELS, OF_VERSION, Alert, dashboard
from monitoring.recording.series import REFERENCE_LOSS, Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    short, long = (
        (each.loss, each.loss_limit, each.labels) for each in map(Window, thresholds.windows)
    )
    return Alert(
        "LossRise",
        rise(short, long, thresholds),
        thresholds.retrain_for,
        ON_LABELS,
        "The loss of {{ $labels.model }} {{ $labels.version }} rose",
        'Mean loss on labelled predictions is {{ printf "%.4g" $value }}, above that of the '
        f"reference and above its control limit. In the last {names.window}: "
        f"{ask(names.loss, SHORT)}, limit {ask(names.loss_limit, SHORT)}, reference "
        f"{ask(REFERENCE_LOSS, SHORT)}, {ask(names.labels, WHOLE)} labels.",
        dashboard("model", OF_VERSION),
    )
