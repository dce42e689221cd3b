"""LossRise: the mean loss on labelled predictions rose over its limit; starts a retrain."""

from monitoring.alerts.accuracy import WHOLE, ask
from monitoring.alerts.alert import OF_VERSION, RETRAIN, SERVING, Alert, dashboard
from monitoring.recording.series import REFERENCE_LOSS, Window
from monitoring.thresholds import Thresholds

SHORT = 'printf "%.4g"'


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    return Alert(
        "LossRise",
        _rise(thresholds),
        thresholds.retrain_for,
        RETRAIN,
        "The loss of {{ $labels.model }} {{ $labels.version }} rose",
        'Mean loss on labelled predictions is {{ printf "%.4g" $value }}, above that of the '
        f"reference and above its control limit. In the last {names.window}: "
        f"{ask(names.loss, SHORT)}, limit {ask(names.loss_limit, SHORT)}, reference "
        f"{ask(REFERENCE_LOSS, SHORT)}, {ask(names.labels, WHOLE)} labels.",
        dashboard("model", OF_VERSION),
    )


def _rise(thresholds: Thresholds) -> str:
    """Return the expression of a rise in the short window or the long one."""
    parts = []
    for names in map(Window, thresholds.windows):
        least = 1 + thresholds.least_rise(names.window)
        parts.append(
            "(\n"
            f"  ({names.loss} > {least:g} * {REFERENCE_LOSS})\n"
            f"  and {names.loss} > {names.loss_limit}\n"
            f"  and {names.labels} >= {thresholds.least_rows:g}\n"
            ")"
        )
    return "(" + " or ".join(parts) + f")\n{SERVING}"
