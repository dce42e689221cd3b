"""EstimatedLossRise: intervals became too wide for the loss to stay as it was; starts a retrain."""

from monitoring.alerts.accuracy import SHORT, WHOLE, ask, rise
from monitoring.alerts.alert import ON_INPUTS, OF_VERSION, Alert, dashboard
from monitoring.recording.series import REFERENCE_LOSS, Window
from monitoring.thresholds import Thresholds


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    names = Window(thresholds.short_window)
    short, long = (
        (each.expected_loss, each.expected_limit, each.expected_rows)
        for each in map(Window, thresholds.windows)
    )
    return Alert(
        "EstimatedLossRise",
        rise(short, long, thresholds),
        thresholds.retrain_for,
        ON_INPUTS,
        "The estimated loss of {{ $labels.model }} {{ $labels.version }} rose",
        "Mean loss estimated from the widths of intervals is "
        '{{ printf "%.4g" $value }}, above that of the '
        f"reference and above its control limit. In the last {names.window}: "
        f"{ask(names.expected_loss, SHORT)}, limit {ask(names.expected_limit, SHORT)}, reference "
        f"{ask(REFERENCE_LOSS, SHORT)}, {ask(names.expected_rows, WHOLE)} predictions.",
        dashboard("model", OF_VERSION),
    )
