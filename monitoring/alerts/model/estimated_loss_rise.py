"""EstimatedLossRise: intervals became too wide for the loss to stay as it was; starts a retrain."""

from monitoring.alerts.accuracy import SHORT, UNKNOWN, WHOLE, ask, changed
from monitoring.alerts.alert import ON_INPUTS, OF_VERSION, Alert, dashboard
from monitoring.recording.estimate import RISE
from monitoring.recording.series import REFERENCE_LOSS, Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    return Alert(
        "EstimatedLossRise",
        changed(RISE),
        thresholds.retrain_for,
        ON_INPUTS,
        "The estimated loss of {{ $labels.model }} {{ $labels.version }} rose",
        "Mean loss estimated from the widths of intervals is "
        '{{ printf "%.4g" $value }}, above that of the '
        f"reference and above its control limit. In the last {names.window}: "
        f"{ask(names.expected_loss, SHORT, missing=UNKNOWN)}, "
        f"limit {ask(names.expected_limit, SHORT)}, reference "
        f"{ask(REFERENCE_LOSS, SHORT)}, {ask(names.expected_rows, WHOLE)} predictions.",
        dashboard("model", OF_VERSION),
    )
