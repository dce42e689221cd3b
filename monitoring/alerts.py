"""The alerts: what starts a retrain and what wakes a person."""

from dataclasses import dataclass, field

from monitoring.relay import metrics as relay
from monitoring.rules import DRIFTED, REFERENCE_ACCURACY, VERSION, Window
from monitoring.thresholds import Thresholds
from service import metrics, signals

SERVICE_JOB = "service"
RELAY_JOB = "relay"
RUNBOOK = "docs/runbook.md"
RETRAIN = {"severity": "warning", "action": "retrain"}
PAGE = {"severity": "critical", "action": "page"}

# Alerts speak of versions that serve, so they clear when a new version takes over.
SERVING = f"and on ({VERSION}) ({metrics.INFO.name} == 1)"
# The names that prometheus-fastapi-instrumentator gives.
REQUESTS = "http_requests_total"
# Answers to these are for the machinery: a replica that is not ready yet is no error.
PROBES = "/health|/ready|/metrics"
LATENCY_BUCKET = "http_request_duration_highr_seconds_bucket"
LATENCY_COUNT = "http_request_duration_highr_seconds_count"

_OF_VERSION = "model='{{ $labels.model }}',version='{{ $labels.version }}'"
WHOLE, PERCENT = 'printf "%.0f"', "humanizePercentage"
FELL = (
    'fell by {{ printf "%.3f" $value }} from what the version was accepted with, '
    "under its control limit."
)
# A measured value, its control limit, and the rows it was measured on.
Series = tuple[str, str, str]
_NAME = "{{ $labels.model }} {{ $labels.version }}"


@dataclass(frozen=True)
class Alert:
    """One alerting rule; its runbook heading is its name."""

    name: str
    expr: str
    hold: str
    labels: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    description: str = ""

    def runbook(self, base: str) -> str:
        """Return the address of its heading."""
        return f"{base}#{self.name.lower()}"


def model_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts that ask for a retrain."""
    outputs = f"{signals.PREDICTION}|{signals.CONFIDENCE}"
    return [
        _drift("DataDrift", f'signal!~"{outputs}"', "input", thresholds),
        _drift("PredictionDrift", f'signal=~"{outputs}"', "output", thresholds),
        _accuracy_drop(thresholds),
        _estimated_accuracy_drop(thresholds),
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
        f"{thresholds.short_psi:g} in {thresholds.short_window} or over {thresholds.long_psi:g} in "
        f"{thresholds.long_window}, with evidence). Furthest in the last {window}: "
        + _worst(names, selector.replace('"', "'"))
        + ".",
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


def service_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts on the service that wake a person."""
    return [
        _down("ServiceDown", SERVICE_JOB, thresholds.service_down_for, "the service"),
        _errors(thresholds),
        _latency(thresholds),
        _rejected(thresholds),
        _dropped(thresholds),
    ]


def _errors(thresholds: Thresholds) -> Alert:
    window = thresholds.health_window
    asked = f'job="{SERVICE_JOB}",handler!~"{PROBES}"'
    return Alert(
        "ErrorsHigh",
        f'sum(rate({REQUESTS}{{{asked},status=~"5.."}}[{window}]))\n'
        f"/ (sum(rate({REQUESTS}{{{asked}}}[{window}])) > {thresholds.least_requests:g})\n"
        f"> {thresholds.errors_share:g}",
        thresholds.errors_for,
        PAGE,
        "The service answers too many requests with an error of its own",
        f"{{{{ $value | humanizePercentage }}}} of the requests of {window} were answered 5xx; "
        f"the limit is {thresholds.errors_share:.2%}.",
    )


def _latency(thresholds: Thresholds) -> Alert:
    window = thresholds.health_window
    job = f'job="{SERVICE_JOB}"'
    buckets = f"sum by (le) (rate({LATENCY_BUCKET}{{{job}}}[{window}]))"
    return Alert(
        "LatencyHigh",
        f"histogram_quantile({thresholds.latency_quantile:g}, {buckets})\n"
        f"> {thresholds.latency_seconds:g}\n"
        f"and on () sum(rate({LATENCY_COUNT}{{{job}}}[{window}])) > {thresholds.least_requests:g}",
        thresholds.latency_for,
        PAGE,
        "The service answers slowly",
        f"The slowest {1 - thresholds.latency_quantile:.2%} of the requests of {window} take "
        "{{ $value | humanizeDuration }} or more; the limit is "
        f"{thresholds.latency_seconds:g}s.",
    )


def _rejected(thresholds: Thresholds) -> Alert:
    name, window = metrics.BUNDLE_REJECTED.name, thresholds.event_window
    return Alert(
        "BundleRejected",
        # A counter that is born at 1 has no increase yet; the second line sees it.
        f"sum by (reason) (increase({name}[{window}])) > 0\n"
        f"or sum by (reason) ({name} unless {name} offset {window}) > 0",
        "0s",
        PAGE,
        "A bundle was refused, the old version keeps serving",
        f"Bundles refused in {window} because of {{{{ $labels.reason }}}}: "
        '{{ printf "%.0f" $value }}.',
    )


def _dropped(thresholds: Thresholds) -> Alert:
    window = thresholds.event_window
    return Alert(
        "PredictionsDropped",
        f"sum(increase({metrics.PREDICTIONS_DROPPED.name}[{window}])) > 0",
        thresholds.dropped_for,
        PAGE,
        "Predictions were answered but not stored",
        f"Predictions that were not stored in {window}: "
        '{{ printf "%.0f" $value }}. No feedback can name them and no retrain can learn from them.',
    )


def relay_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts on the way from an alert to a pipeline that wake a person."""
    status = relay.PIPELINE_STATUS.name
    return [
        _down("RelayDown", RELAY_JOB, thresholds.relay_down_for, "the relay"),
        Alert(
            "RetrainFailing",
            f'max by (model, status) ({status}{{status=~"failed|untriggered"}}) == 1',
            thresholds.retrain_failing_for,
            PAGE,
            "The latest retrain of {{ $labels.model }} did not succeed",
            "Its latest incident ended {{ $labels.status }}: the model that drifted still serves.",
        ),
    ]


def _down(name: str, job: str, hold: str, what: str) -> Alert:
    up = f'up{{job="{job}"}}'
    return Alert(
        name,
        f"{up} == 0 or absent({up})",
        hold,
        PAGE,
        f"Prometheus cannot reach {what}",
        f'Job {job}, instance {{{{ or $labels.instance "(none configured)" }}}} has not '
        f"answered a scrape for {hold}.",
    )
