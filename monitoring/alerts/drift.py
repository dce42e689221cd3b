"""What DataDrift and PredictionDrift share: one counts input signals that drift, one outputs."""

from monitoring.alerts.alert import OF_VERSION, RETRAIN, SERVING, Alert, dashboard
from monitoring.recording.series import DRIFTED, VERSION, Window
from monitoring.thresholds import Thresholds
from perennial import signals

OUTPUTS = "|".join(signals.OUTPUTS)
NAME = "{{ $labels.model }} {{ $labels.version }}"


def drift_alert(name: str, selector: str, side: str, thresholds: Thresholds) -> Alert:
    """Return the alert on the signals that a selector chooses; side: what they are, one of them."""
    window = thresholds.short_window
    return Alert(
        name,
        f"count by ({VERSION}) ({DRIFTED}{{{selector}}} == 1)\n{SERVING}",
        thresholds.retrain_for,
        RETRAIN,
        f"The {side}s of {NAME} differ from its reference",
        f"Drifting {side} signals: {{{{ $value }}}} (PSI over "
        f"{thresholds.psi_limits}, with evidence). Largest shifts in the last {window}: "
        + _worst(Window(window), selector.replace('"', "'"))
        + ".",
        dashboard("model", OF_VERSION),
    )


def _worst(names: Window, selector: str) -> str:
    of_version = f"{{model='%s',version='%s',{selector}}}"
    psi = f"{names.psi}{of_version} and {DRIFTED}{of_version} == 1"
    labels = "$labels.model $labels.version"
    return (
        f'{{{{ range printf "sort_desc(topk(3, {psi}))" {labels} {labels} | query }}}}'
        '{{ .Labels.signal }} (PSI {{ printf "%.2f" .Value }}) {{ end }}'
        f'on {{{{ with printf "max({names.counts}{of_version})" {labels} | query }}}}'
        '{{ . | first | value | printf "%.0f" }}{{ end }} rows'
    )
