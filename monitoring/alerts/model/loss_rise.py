"""LossRise: the mean loss on labelled predictions rose, and is high still; starts a retrain."""

from monitoring.alerts.accuracy import SHORT, WHOLE, ask, since, slump
from monitoring.alerts.alert import OF_VERSION, ON_LABELS, Alert, dashboard
from monitoring.recording.costs import LOSS
from monitoring.recording.series import REFERENCE_LOSS, Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    return Alert(
        "LossRise",
        slump(LOSS),
        thresholds.retrain_for,
        ON_LABELS,
        "The loss of {{ $labels.model }} {{ $labels.version }} rose",
        'The mean loss is {{ printf "%.4g" $value }} above that of the reference. '
        f"That is over the last {since(LOSS)} labels; the reference has "
        f"{ask(REFERENCE_LOSS, SHORT)}. In the last {names.window}: "
        f"{ask(names.loss, SHORT)}, limit {ask(names.loss_limit, SHORT)}, "
        f"{ask(names.labels, WHOLE)} labels.",
        dashboard("model", OF_VERSION),
    )
