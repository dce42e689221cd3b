"""What DataDrift and PredictionDrift share: one counts input signals that drift, one outputs."""

from monitoring.alerts.alert import ON_INPUTS, OF_VERSION, SERVING, Alert, dashboard
from monitoring.recording.series import DRIFTED, SIGNAL, VERSION, Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

# Of the signals before it, those of the input or those of the output, whatever their names.
INPUTS = f"unless on ({SIGNAL}) {metrics.SIGNAL_OF_OUTPUT.name}"
OUTPUTS = f"and on ({SIGNAL}) {metrics.SIGNAL_OF_OUTPUT.name}"
NAME = "{{ $labels.model }} {{ $labels.version }}"


def drift_alert(name: str, chosen: str, side: str, thresholds: Thresholds) -> Alert:
    """Return the alert on some signals; chosen: INPUTS or OUTPUTS.  side: what one of them is."""
    window = thresholds.short_window
    return Alert(
        name,
        f"count by ({VERSION}) ({DRIFTED} == 1 {chosen})\n{SERVING}",
        thresholds.retrain_for,
        ON_INPUTS,
        f"The {side}s of {NAME} differ from its reference",
        f"Drifting {side} signals: {{{{ $value }}}} (PSI over "
        f"{thresholds.psi_limits}, more than usual, with evidence). "
        f"Largest shifts in the last {window}: " + _worst(Window(window), chosen) + ".",
        dashboard("model", OF_VERSION),
    )


def _worst(names: Window, chosen: str) -> str:
    of_version = "{model='%s',version='%s'}"
    psi = f"{names.psi}{of_version} and {DRIFTED}{of_version} == 1 {chosen}"
    labels = "$labels.model $labels.version"
    return (
        f'{{{{ range printf "sort_desc(topk(3, {psi}))" {labels} {labels} | query }}}}'
        '{{ .Labels.signal }} (PSI {{ printf "%.2f" .Value }}) {{ end }}'
        f'on {{{{ with printf "max({names.counts}{of_version} {chosen})" {labels} | query }}}}'
        '{{ . | first | value | printf "%.0f" }}{{ end }} rows'
    )
