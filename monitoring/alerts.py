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
LATENCY_BUCKET = "http_request_duration_highr_seconds_bucket"
LATENCY_COUNT = "http_request_duration_highr_seconds_count"

_OF_VERSION = "model='{{ $labels.model }}',version='{{ $labels.version }}'"
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
    short = Window(thresholds.short_window)
    long = Window(thresholds.long_window)
    hold = thresholds.retrain_for
    return [
        _drift("DataDrift", f'signal!~"{outputs}"', "input", thresholds),
        _drift("PredictionDrift", f'signal=~"{outputs}"', "output", thresholds),
        Alert(
            "AccuracyDrop",
            _drop(
                (short.accuracy, short.accuracy_limit, short.labels),
                (long.accuracy, long.accuracy_limit, long.labels),
                thresholds,
            ),
            hold,
            RETRAIN,
            f"{_NAME} is right less often than when it was accepted",
            "Accuracy on labelled predictions is {{ $value | humanizePercentage }} below the "
            "accuracy the version was accepted with, and under its control limit. "
            + _figures(short.accuracy, short.accuracy_limit, short.labels, "labels"),
        ),
        Alert(
            "EstimatedAccuracyDrop",
            _drop(
                (short.estimated, short.estimated_limit, short.predictions),
                (long.estimated, long.estimated_limit, long.predictions),
                thresholds,
            ),
            hold,
            RETRAIN,
            f"{_NAME} is less sure than when it was accepted",
            "Accuracy estimated from the mean confidence is {{ $value | humanizePercentage }} "
            "below the accuracy the version was accepted with, and under its control limit. "
            + _figures(short.estimated, short.estimated_limit, short.predictions, "predictions"),
        ),
    ]


def _drift(name: str, selector: str, side: str, thresholds: Thresholds) -> Alert:
    window = thresholds.short_window
    names = Window(window)
    return Alert(
        name,
        f"count by ({VERSION}) ({DRIFTED}{{{selector}}} == 1)\n{SERVING}",
        thresholds.retrain_for,
        RETRAIN,
        f"The {side}s of {_NAME} are not what it was trained on",
        f"{{{{ $value }}}} {side} signals drift: PSI over {thresholds.short_psi:g} in "
        f"{thresholds.short_window} or over {thresholds.long_psi:g} in {thresholds.long_window}, "
        "with the evidence of the G statistic. Furthest in the last "
        f"{window}: " + _worst(names, selector.replace('"', "'")) + ".",
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


def _drop(short: tuple[str, str, str], long: tuple[str, str, str], thresholds: Thresholds) -> str:
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


def _figures(value: str, limit: str, rows: str, unit: str) -> str:
    def ask(series: str, show: str) -> str:
        query = f"{series}{{model='%s',version='%s'}}"
        printed = f'{{{{ with printf "{query}" $labels.model $labels.version | query }}}}'
        return printed + f"{{{{ . | first | value | {show} }}}}{{{{ end }}}}"

    return (
        f"In the short window: {ask(value, 'humanizePercentage')}, limit "
        f"{ask(limit, 'humanizePercentage')}, {ask(rows, humanize())} {unit}."
    )


def humanize() -> str:
    """Return the template function that prints a count as a whole number."""
    return 'printf "%.0f"'


def service_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts on the service that wake a person."""
    job = f'job="{SERVICE_JOB}"'
    health, events = thresholds.health_window, thresholds.event_window
    requests = f"sum(rate({REQUESTS}{{{job}}}[{health}]))"
    latency = f"sum by (le) (rate({LATENCY_BUCKET}{{{job}}}[{health}]))"
    rejected = metrics.BUNDLE_REJECTED.name
    return [
        _down("ServiceDown", SERVICE_JOB, thresholds.service_down_for, "the service"),
        Alert(
            "ErrorsHigh",
            f'sum(rate({REQUESTS}{{{job},status=~"5.."}}[{health}]))\n'
            f"/ ({requests} > {thresholds.least_requests:g})\n"
            f"> {thresholds.errors_share:g}",
            thresholds.errors_for,
            PAGE,
            "The service answers too many requests with an error of its own",
            f"{{{{ $value | humanizePercentage }}}} of requests in {health} were answered 5xx; "
            f"the limit is {thresholds.errors_share:.2%}.",
        ),
        Alert(
            "LatencyHigh",
            f"histogram_quantile({thresholds.latency_quantile:g}, {latency})\n"
            f"> {thresholds.latency_seconds:g}\n"
            f"and sum(rate({LATENCY_COUNT}{{{job}}}[{health}])) > {thresholds.least_requests:g}",
            thresholds.latency_for,
            PAGE,
            "The service answers slowly",
            f"The slowest {1 - thresholds.latency_quantile:.2%} of requests in {health} take "
            "{{ $value | humanizeDuration }} or more; the limit is "
            f"{thresholds.latency_seconds:g}s.",
        ),
        Alert(
            "BundleRejected",
            # A counter that is born at 1 has no increase yet; the second line sees it.
            f"sum by (reason) (increase({rejected}[{events}])) > 0\n"
            f"or sum by (reason) ({rejected} unless {rejected} offset {events}) > 0",
            "0s",
            PAGE,
            "A bundle was refused, the old version keeps serving",
            f'{{{{ printf "%.0f" $value }}}} bundles were refused in {events} because of '
            "{{ $labels.reason }}.",
        ),
        Alert(
            "PredictionsDropped",
            f"sum(increase({metrics.PREDICTIONS_DROPPED.name}[{events}])) > 0",
            thresholds.dropped_for,
            PAGE,
            "Predictions were answered but not stored",
            f'{{{{ printf "%.0f" $value }}}} predictions in {events} were not stored, so no '
            "feedback can name them and no retrain can learn from them.",
        ),
    ]


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
