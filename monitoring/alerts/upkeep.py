"""The alerts on what a model lives on: labels, traffic, and being trained again."""

from monitoring.alerts.alert import (
    DASHBOARDS,
    NOTICE,
    OF_MODEL,
    OF_VERSION,
    PAGE,
    SERVING,
    SERVING_MODEL,
    Alert,
)
from monitoring.recording.series import MODEL, VERSION, Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

SECONDS_OF_DAY = 86400


def upkeep_alerts(thresholds: Thresholds) -> list[Alert]:
    """Return the alerts that ask a person to look after a model.

    None of them asks for a retrain. Without labels and traffic it has nothing to learn from; and
    an old model is an alert that lasts until a gate promotes another, which to the relay is one
    incident: drift that begins meanwhile would be taken for a repeat of it.
    """
    return [_labels_missing(thresholds), _no_traffic(thresholds), _stale(thresholds)]


def _labels_missing(thresholds: Thresholds) -> Alert:
    window, names = thresholds.label_window, Window(thresholds.label_window)
    expected = names.expected_labels
    return Alert(
        "LabelsMissing",
        f"{names.model_labels} < {thresholds.label_fraction:g} * {expected}\n"
        f"and {expected} >= {thresholds.least_rows:g}\n"
        f"{SERVING_MODEL}",
        thresholds.labels_missing_for,
        NOTICE,
        "Labels of {{ $labels.model }} stopped coming, or nearly so",
        f'Labels of the last {window}: {{{{ printf "%.0f" $value }}}}. At the coverage of the last '
        f"{thresholds.label_level_window} there would have been "
        f"{{{{ with printf \"{expected}{{{MODEL}='%s'}}\" $labels.model | query }}}}"
        '{{ . | first | value | printf "%.0f" }}{{ end }}.',
        DASHBOARDS["model"] + OF_MODEL,
    )


def _no_traffic(thresholds: Thresholds) -> Alert:
    window, cycle = thresholds.idle_window, thresholds.traffic_cycle
    asked = f"{metrics.CONFIDENCE.name}_count[{window}]"
    return Alert(
        "NoTraffic",
        f"sum by ({MODEL}) (increase({asked})) == 0\n"
        f"and sum by ({MODEL}) (increase({asked} offset {cycle})) >= "
        f"{thresholds.least_traffic:g}\n"
        f"{SERVING_MODEL}",
        thresholds.no_traffic_for,
        PAGE,
        "Nobody asks {{ $labels.model }} for predictions any more",
        f"No version of {{{{ $labels.model }}}} made a prediction in {window}, though {cycle} ago, "
        f"at this time, there were {thresholds.least_traffic:g} or more.",
        DASHBOARDS["service"] + OF_MODEL,
    )


def _stale(thresholds: Thresholds) -> Alert:
    created = f"max by ({VERSION}) ({metrics.CREATED.name})"
    return Alert(
        "ModelStale",
        f"(time() - {created}) / {SECONDS_OF_DAY} > {thresholds.stale_days:g}\n{SERVING}",
        thresholds.model_stale_for,
        NOTICE,
        "{{ $labels.model }} {{ $labels.version }} was trained long ago",
        f'It was made {{{{ printf "%.0f" $value }}}} days ago; the limit is '
        f"{thresholds.stale_days:g} days.",
        DASHBOARDS["loop"] + OF_VERSION,
    )
