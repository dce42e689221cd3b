"""What several dashboards show: accuracy with its limits, the steps of a retrain, marks in time."""

from monitoring.alerts.alert import SERVING
from monitoring.grafana.panel import GREEN, ORANGE, RED, Annotation, Limit, Panel, Query
from monitoring.grafana.variables import OF_MODEL, OF_VERSION, WINDOW
from monitoring.recording.series import REFERENCE_ACCURACY
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay as relay
from perennial.metric_names import service as metrics

FIRING = 'ALERTS{alertstate="firing"'
HEALTHY = "nothing is wrong"


def annotations() -> tuple[Annotation, ...]:
    """Return versions and retrains as marks in time."""
    info = f"max by (model, version) ({metrics.INFO.name}{{{OF_MODEL}}})"
    triggered = f"{relay.LAST_SUCCESS.name}{{{OF_MODEL}}}"
    return (
        Annotation(
            "Versions",
            f"{info} unless {info.replace('})', '} offset 1m)')}",
            "{{model}} {{version}} serves",
            "blue",
            "no version has begun to serve in the last minute",
        ),
        Annotation(
            "Retrains",
            f"max by (model) (changes({triggered}[1m])) > 0",
            "retrain of {{model}} started",
            "purple",
            "no retrain has started in the last minute",
        ),
    )


def accuracy(*see: str) -> Panel:
    """Return realised and estimated accuracy with their limits.

    see: dashboards to link to.
    """
    return Panel(
        "timeseries",
        "Accuracy: realised, estimated, and their limits",
        "Serving version over $window: realised comes from labels, estimated from the fall in "
        "confidence, which has no value while labels contradict it. A line below its limit "
        "contradicts the accuracy that the version was accepted with. Macro F1 far below the "
        "accuracy: some labels are rarely recognised.",
        (
            serving(WINDOW.accuracy, "realised"),
            serving(WINDOW.accuracy_limit, "limit, realised"),
            serving(WINDOW.estimated, "estimated"),
            serving(WINDOW.estimated_limit, "limit, estimated"),
            serving(REFERENCE_ACCURACY, "accepted with"),
            serving(WINDOW.macro_f1, "macro F1"),
        ),
        ("AccuracyDrop", "EstimatedAccuracyDrop"),
        see,
        unit="percentunit",
        height=9,
    )


def serving(name: str, legend: str, empty: str = "", *, beside: str = "") -> Query:
    """Return a line that goes on from version to version; the annotations show where.

    beside: a series that a version must have too.
    """
    of_serving = f"{name}{{{OF_VERSION}}} {SERVING}"
    if beside:
        of_serving += f" and on (model, version) {beside}"
    return Query(f"max by (model) ({of_serving})", f"{legend} {{{{model}}}}", empty)


def drifts(thresholds: Thresholds) -> str:
    """Return in words when a signal drifts.

    >>> drifts(Thresholds(rhythm="0s"))[-37:]
    '5m and 20m, 0.1 in 1h, 3h, 6h and 1d.'
    """
    least = f"A signal drifts if its evidence is over 1 and its PSI over {thresholds.psi_limits}"
    if not thresholds.learned_windows:
        return f"{least}."
    return (
        f"{least}, and over {thresholds.news:g} times what was usual within {thresholds.rhythm}. "
        f"Until a model has that past, it must be over {thresholds.gross_psi:g}, or move suddenly. "
        "Colours are by the least limits."
    )


def psi_limits(thresholds: Thresholds) -> tuple[Limit, ...]:
    """Return the colours of a PSI: over the limit, over that of the early windows."""
    return (
        Limit(0, GREEN),
        Limit(thresholds.psi, ORANGE),
        Limit(thresholds.early_psi, RED),
    )


def steps() -> tuple[Query, ...]:
    """Return the lanes from alert to deployment, each 1 while it lasts."""
    return (
        Query(
            f'max by (alertname, model) ({FIRING},action="retrain",{OF_MODEL}}})',
            "1 alert: {{alertname}}",
            HEALTHY,
        ),
        Query(
            f"max by (model, status) ({relay.PIPELINE_STATUS.name}{{{OF_MODEL}}})",
            "2 pipeline: {{status}}",
            "no incident yet",
        ),
        Query(
            f"max by (model, version) ({metrics.INFO.name}{{{OF_MODEL}}})", "3 serves: {{version}}"
        ),
    )
