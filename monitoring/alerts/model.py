"""The alerts on models; those here ask for a retrain: drift, and a loss of accuracy."""

from monitoring.alerts.alert import DASHBOARDS, OF_VERSION, RETRAIN, SERVING, Alert
from monitoring.alerts.mismatch import mismatch_alerts
from monitoring.alerts.upkeep import upkeep_alerts
from monitoring.recording.series import DRIFTED, REFERENCE_ACCURACY, VERSION, Window
from monitoring.thresholds import Thresholds
from perennial import signals

WHOLE, PERCENT = 'printf "%.0f"', "humanizePercentage"
FELL = (
    'fell by {{ printf "%.3f" $value }} from what the version was accepted with, '
    "under its control limit."
)
# A measured value, its control limit, and the rows it was measured on.
Series = tuple[str, str, str]
_NAME = "{{ $labels.model }} {{ $labels.version }}"


def model_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts on models: those that ask for a retrain, then those for a person."""
    outputs = "|".join(signals.OUTPUTS)
    return [
        _drift("DataDrift", f'signal!~"{outputs}"', "input", thresholds),
        _drift("PredictionDrift", f'signal=~"{outputs}"', "output", thresholds),
        _accuracy_drop(thresholds),
        _estimated_accuracy_drop(thresholds),
        *mismatch_alerts(thresholds),
        *upkeep_alerts(thresholds),
    ]


def _accuracy_drop(thresholds: Thresholds) -> Alert:
    short, long = (
        (names.accuracy, names.accuracy_limit, names.labels)
        for names in map(Window, thresholds.windows)
    )
    return Alert(
        "AccuracyDrop",
        _drop(short, long, thresholds),
        thresholds.retrain_for,
        RETRAIN,
        f"{_NAME} is right less often than when it was accepted",
        f"Accuracy on labelled predictions {FELL} " + _figures(short, "labels", thresholds),
        DASHBOARDS["model"] + OF_VERSION,
    )


def _estimated_accuracy_drop(thresholds: Thresholds) -> Alert:
    short, long = (
        (names.estimated, names.estimated_limit, names.predictions)
        for names in map(Window, thresholds.windows)
    )
    return Alert(
        "EstimatedAccuracyDrop",
        _drop(short, long, thresholds),
        thresholds.retrain_for,
        RETRAIN,
        f"{_NAME} is less sure than when it was accepted",
        f"Accuracy estimated from the mean confidence {FELL} "
        + _figures(short, "predictions", thresholds),
        DASHBOARDS["model"] + OF_VERSION,
    )


def _drift(name: str, selector: str, side: str, thresholds: Thresholds) -> Alert:
    window = thresholds.short_window
    names = Window(window)
    return Alert(
        name,
        f"count by ({VERSION}) ({DRIFTED}{{{selector}}} == 1)\n{SERVING}",
        thresholds.retrain_for,
        RETRAIN,
        f"The {side}s of {_NAME} are not what it was trained on",
        f"{side.capitalize()} signals that drift: {{{{ $value }}}} (PSI over "
        f"{thresholds.psi_limits}, with evidence). Furthest in the last {window}: "
        + _worst(names, selector.replace('"', "'"))
        + ".",
        DASHBOARDS["model"] + OF_VERSION,
    )


def _worst(names: Window, selector: str) -> str:
    of_version = f"{{model='%s',version='%s',{selector}}}"
    psi = f"{names.psi}{of_version} and {DRIFTED}{of_version} == 1"
    labels = "$labels.model $labels.version"
    return (
        f'{{{{ range printf "sort_desc(topk(3, {psi}))" {labels} {labels} | query }}}}'
        '{{ .Labels.signal }} (PSI {{ printf "%.2f" .Value }}) {{ end }}'
        f'of {{{{ with printf "max({names.counts}{of_version})" {labels} | query }}}}'
        '{{ . | first | value | printf "%.0f" }}{{ end }} rows'
    )


def _drop(short: Series, long: Series, thresholds: Thresholds) -> str:
    parts = []
    for window, (value, limit, rows) in zip(thresholds.windows, (short, long), strict=True):
        parts.append(
            "(\n"
            f"  ({REFERENCE_ACCURACY} - {value} > {thresholds.least_drop(window):g})\n"
            f"  and {value} < {limit}\n"
            f"  and {rows} >= {thresholds.least_rows:g}\n"
            ")"
        )
    return "(" + " or ".join(parts) + f")\n{SERVING}"


def _figures(series: Series, unit: str, thresholds: Thresholds) -> str:
    value, limit, rows = series
    return (
        f"In the last {thresholds.short_window}: {_ask(value, PERCENT)}, limit "
        f"{_ask(limit, PERCENT)}, {_ask(rows, WHOLE)} {unit}."
    )


def _ask(series: str, show: str) -> str:
    query = f"{series}{{model='%s',version='%s'}}"
    found = f'{{{{ with printf "{query}" $labels.model $labels.version | query }}}}'
    return found + f"{{{{ . | first | value | {show} }}}}{{{{ end }}}}"
