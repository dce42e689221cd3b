"""The Loop dashboard: is the model fresh, and does anybody have to do something?"""

from monitoring.alerts.alert import SERVING
from monitoring.grafana.panel import (
    GREEN,
    LOOP,
    MODEL,
    ORANGE,
    RED,
    RETRAINING,
    SERVICE,
    Board,
    Limit,
    Panel,
    Query,
)
from monitoring.grafana.shared_panels import (
    FIRING,
    HEALTHY,
    accuracy,
    annotations,
    drifts,
    psi_limits,
    steps,
)
from monitoring.grafana.variables import OF_MODEL, OF_VERSION, WINDOW
from monitoring.recording.series import DRIFTED
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay as relay
from perennial.metric_names import service as metrics

# Alerts on the service and the relay have no model.
OF_ANY_MODEL = 'model=~"$model|"'
DAY = 86400


def board(thresholds: Thresholds) -> Board:
    """Return the dashboard."""
    return Board(
        LOOP,
        "Perennial / Loop",
        "Is the model fresh, and is action needed?",
        (
            *_answers(thresholds),
            accuracy(MODEL, RETRAINING),
            _drift(thresholds),
            _firing(),
            _incidents(),
        ),
        annotations(),
    )


def _answers(thresholds: Thresholds) -> tuple[Panel, ...]:
    return (_to_do(), _drifting(), _margin(), _retrain(), _replicas(), _age(thresholds))


def _to_do() -> Panel:
    return Panel(
        "stat",
        "Is action needed?",
        "Firing alerts that page a person (action=page). All other alerts start a retrain by "
        "themselves.",
        (Query(f'count({FIRING},action="page"}}) or vector(0)', "alerts that page"),),
        ("ServiceDown", "RelayDown"),
        (SERVICE, RETRAINING),
        width=4,
        height=4,
        limits=(Limit(0, GREEN), Limit(1, RED)),
        words=((0, "No"),),
    )


def _drifting() -> Panel:
    return Panel(
        "stat",
        "Signals that drift",
        "Signals of the serving version whose effect and evidence pass their limits in any "
        "window. One is enough to start a retrain.",
        (Query(f"sum({DRIFTED}{{{OF_VERSION}}} {SERVING}) or vector(0)", "signals"),),
        ("DataDrift", "PredictionDrift"),
        (MODEL,),
        width=4,
        height=4,
        limits=(Limit(0, GREEN), Limit(1, ORANGE)),
        words=((0, "None"),),
    )


def _margin() -> Panel:
    limit = f"{WINDOW.accuracy_limit}{{{OF_VERSION}}}"
    highest = f"{WINDOW.loss_limit}{{{OF_VERSION}}}"
    estimated = f"{WINDOW.estimated_limit}{{{OF_VERSION}}}"
    return Panel(
        "stat",
        "Accuracy above its control limit",
        "Accuracy of the serving version minus the control limit of its p-chart. Below 0 it "
        "contradicts the accuracy that the version was accepted with. Where labels are not a fixed "
        "set, how far the mean loss is under its limit, as a share of the limit.",
        (
            Query(f"{WINDOW.accuracy}{{{OF_VERSION}}} - {limit} {SERVING}", "realised"),
            Query(f"{WINDOW.estimated}{{{OF_VERSION}}} - {estimated} {SERVING}", "estimated"),
            Query(
                f"1 - {WINDOW.loss}{{{OF_VERSION}}} / {highest} {SERVING}",
                "loss",
                "the labels of every model are a fixed set",
            ),
        ),
        ("AccuracyDrop", "EstimatedAccuracyDrop", "LossRise"),
        (MODEL,),
        unit="percentunit",
        width=5,
        height=4,
        limits=(Limit(-1, RED), Limit(0, GREEN)),
        show="both",
        no_value="no labels yet",
    )


def _retrain() -> Panel:
    return Panel(
        "stat",
        "Latest retrain",
        "GitLab's status of the latest incident's pipeline. Without one, waiting, or untriggered "
        "once GitLab has not started it in eight tries.",
        (
            Query(
                f"max by (model, status) ({relay.PIPELINE_STATUS.name}{{{OF_MODEL}}})",
                "{{model}}: {{status}}",
                "no incident yet",
            ),
        ),
        ("RetrainFailing",),
        (RETRAINING,),
        width=4,
        height=4,
        show="name",
        no_value="none yet",
    )


def _replicas() -> Panel:
    return Panel(
        "stat",
        "Serving version and replicas",
        "The version behind /predict, and how many replicas serve it. Two versions at once "
        "mean a deployment in progress, or one that is stuck.",
        (
            Query(
                f"count by (model, version) ({metrics.INFO.name}{{{OF_MODEL}}})",
                "{{model}} {{version}}",
            ),
        ),
        ("ServiceDown", "BundleRejected"),
        (SERVICE,),
        width=4,
        height=4,
        show="both",
    )


def _age(thresholds: Thresholds) -> Panel:
    return Panel(
        "stat",
        "Age of the version",
        "Time since training exported the serving version. Over "
        f"{thresholds.stale_days:g} days an alert asks for a person.",
        (
            Query(
                "time() - max by (model, version) "
                f"({metrics.CREATED.name}{{{OF_MODEL}}} {SERVING})",
                "{{model}} {{version}}",
            ),
        ),
        ("ModelStale",),
        (RETRAINING,),
        unit="s",
        width=3,
        height=4,
        limits=(Limit(0, GREEN), Limit(thresholds.stale_days * DAY, ORANGE)),
    )


def _drift(thresholds: Thresholds) -> Panel:
    return Panel(
        "bargauge",
        "Drift, worst first",
        "The ten signals of the serving version with the highest PSI over $window. "
        f"{drifts(thresholds)}",
        (Query(f"sort_desc(topk(10, {WINDOW.psi}{{{OF_VERSION}}} {SERVING}))", "{{signal}}"),),
        ("DataDrift", "PredictionDrift"),
        (MODEL,),
        unit="none",
        height=9,
        limits=psi_limits(thresholds),
        minimum=0,
        maximum=2 * thresholds.early_psi,
    )


def _firing() -> Panel:
    return Panel(
        "table",
        "Firing alerts",
        "What is wrong now. action=retrain goes to the relay; action=page needs a person.",
        (
            Query(
                f"max by (alertname, action, severity, model, version) ({FIRING},{OF_ANY_MODEL}}})",
                "firing",
                HEALTHY,
            ),
        ),
        ("DataDrift", "AccuracyDrop", "ServiceDown"),
        (RETRAINING, SERVICE),
        columns=tuple((name, "") for name in ("alertname", "action", "model", "version")),
        no_value="none",
    )


def _incidents() -> Panel:
    return Panel(
        "timeline",
        "Incidents, retrains and versions",
        "Alerts that start a retrain, the pipelines that they started, and the serving version.",
        steps(),
        ("RetrainFailing", "RelayDown"),
        (RETRAINING,),
    )
