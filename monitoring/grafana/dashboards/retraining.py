"""The Retraining dashboard: from an alert to a pipeline, its verdict and the version it made."""

from monitoring.grafana.panel import (
    GREEN,
    LOOP,
    MODEL,
    ORANGE,
    RED,
    RETRAINING,
    Board,
    Limit,
    Panel,
    Query,
)
from monitoring.grafana.shared_panels import HEALTHY, annotations, steps
from monitoring.grafana.variables import OF_MODEL
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay as relay
from perennial.metric_names import service as metrics

MILLISECONDS = 1000
# A bar is what happened since the bar before it; at least two scrapes.
STEP = "$__rate_interval"
FAILING = ("RetrainFailing",)
DOWN = ("RelayDown",)


def board(thresholds: Thresholds) -> Board:
    """Return the dashboard."""
    return Board(
        RETRAINING,
        "Perennial / Retraining",
        "Alert, pipeline, gate, deployment: what each retrain did, when, and with which verdict.",
        (
            *_now(thresholds),
            _steps(),
            _times(),
            _verdicts(),
            _decisions(),
            _webhooks(),
            _errors(),
            _bundles(),
        ),
        annotations(),
        since="now-7d",
    )


def _now(thresholds: Thresholds) -> tuple[Panel, ...]:
    last = f"max by (model) ({relay.LAST_SUCCESS.name}{{{OF_MODEL}}} > 0)"
    return (
        Panel(
            "stat",
            "The relay",
            "Whether Prometheus reaches the relay. Without it drift is seen and no retrain starts.",
            (Query(f'min(up{{job="{thresholds.relay_job}"}})', "up"),),
            DOWN,
            (LOOP,),
            unit="none",
            width=5,
            height=4,
            limits=(Limit(0, RED), Limit(1, GREEN)),
            words=((0, "Down"), (1, "Up")),
        ),
        Panel(
            "stat",
            "Incidents that wait",
            "Accepted, but without a pipeline yet: GitLab is slow, down, or refuses.",
            (Query(f"sum({relay.PENDING.name}{{{OF_MODEL}}})", "waiting"),),
            FAILING,
            (LOOP,),
            unit="none",
            width=5,
            height=4,
            limits=(Limit(0, GREEN), Limit(1, ORANGE)),
        ),
        Panel(
            "stat",
            "Pipelines in a day",
            "Retrains started in 24 hours, of all models chosen. The relay holds back more than "
            "its daily budget per model.",
            (Query(f"round(sum(increase({relay.PIPELINES.name}{{{OF_MODEL}}}[1d])))", "started"),),
            FAILING,
            (LOOP,),
            unit="none",
            width=5,
            height=4,
        ),
        Panel(
            "stat",
            "Since the last retrain",
            "Time since a pipeline was last started or found started. Never is good news, or a "
            "relay that nobody tells anything.",
            (Query(f"time() - {last}", "{{model}}", "no retrain yet"),),
            FAILING,
            (LOOP, MODEL),
            unit="s",
            width=9,
            height=4,
            show="both",
            no_value="never",
        ),
    )


def _steps() -> Panel:
    return Panel(
        "timeline",
        "Alert → pipeline → gate → deployment",
        "1: alerts that ask for a retrain. 2: the latest incident's pipeline; 'failed' may be the "
        "gate's verdict, which is a job of it: its log gives the figures. 3: the version that "
        "serves, which changes when a promoted model has been merged and deployed.",
        steps(),
        ("DataDrift", "AccuracyDrop", "RetrainFailing"),
        (LOOP, MODEL),
        width=24,
        height=9,
    )


def _times() -> Panel:
    last = f"max by (model) ({relay.LAST_SUCCESS.name}{{{OF_MODEL}}} > 0)"
    since = f'min by (model) (ALERTS_FOR_STATE{{action="retrain",{OF_MODEL}}})'
    return Panel(
        "table",
        "Times and verdicts",
        "When the alert that lasts began, when the latest pipeline was started, how long that "
        "took, and the pipeline's status. A pipeline older than the alert is an earlier "
        "incident's: cooldown or budget held the new one back.",
        (
            Query(f"{since} * {MILLISECONDS}", "alert since", HEALTHY),
            Query(f"{last} * {MILLISECONDS}", "pipeline started", "no retrain yet"),
            Query(f"{last} - {since} > 0", "alert to pipeline", HEALTHY),
            Query(
                f"max by (model, status) ({relay.PIPELINE_STATUS.name}{{{OF_MODEL}}})",
                "incidents",
                "no incident yet",
            ),
        ),
        FAILING,
        (LOOP,),
        columns=(
            ("model", ""),
            ("alert since", "dateTimeAsIso"),
            ("pipeline started", "dateTimeAsIso"),
            ("alert to pipeline", "s"),
            ("status", ""),
        ),
        no_value="none yet",
    )


def _decisions() -> Panel:
    name = relay.DECISIONS.name
    return Panel(
        "timeseries",
        "Decisions of the relay",
        "What became of each alert it was told: accepted and triggered start a pipeline; "
        "duplicate, waiting, cooldown and budget do not. The relay's /incidents gives the reasons.",
        (Query(f"round(sum by (decision) (increase({name}[{STEP}])))", "{{decision}}"),),
        FAILING,
        (LOOP,),
        unit="none",
        width=8,
        bars=True,
        minimum=0,
    )


def _verdicts() -> Panel:
    verdicts = f"sum by (model, verdict) ({relay.VERDICTS.name}{{{OF_MODEL}}})"
    return Panel(
        "table",
        "Verdicts of the gate",
        "Since the relay started. promote: a merge request with a better model. keep: no better, "
        "nothing to do. block: worse, look at the labels; its pipeline failed. /incidents has the "
        "reasons.",
        (Query(verdicts, "pipelines"),),
        FAILING,
        (LOOP,),
        unit="none",
        columns=(("model", ""), ("verdict", ""), ("pipelines", "none")),
        matrix=True,
    )


def _webhooks() -> Panel:
    name = relay.WEBHOOKS.name
    return Panel(
        "timeseries",
        "Webhooks by answer",
        "200 is a webhook that is safe in the relay's database. 401 is a wrong token or secret, "
        "422 an alert of a model that the relay does not know.",
        (
            Query(
                f"round(sum by (status) (increase({name}[{STEP}])))",
                "{{status}}",
                "nobody has told the relay anything",
            ),
        ),
        DOWN,
        (LOOP,),
        unit="none",
        width=8,
        bars=True,
        minimum=0,
    )


def _errors() -> Panel:
    return Panel(
        "timeseries",
        "Trouble with GitLab",
        "Attempts to start a pipeline, and questions for its status, that failed. The relay tries "
        "again, ever more patiently.",
        tuple(
            Query(f"sum(increase({metric.name}{{{OF_MODEL}}}[{STEP}]))", what)
            for metric, what in (
                (relay.TRIGGER_ERRORS, "start a pipeline"),
                (relay.POLL_ERRORS, "ask for its status"),
            )
        ),
        FAILING,
        (LOOP,),
        unit="none",
        width=8,
        bars=True,
        minimum=0,
    )


def _bundles() -> Panel:
    return Panel(
        "timeseries",
        "Deployments",
        "Bundles put into service, and refused by a replica, as they happen.",
        (
            Query(f"sum(increase({metrics.BUNDLE_SWAPS.name}[{STEP}]))", "put in service"),
            Query(f"sum(increase({metrics.BUNDLE_REJECTED.name}[{STEP}]))", "refused"),
        ),
        ("BundleRejected",),
        (LOOP,),
        unit="none",
        width=24,
        height=7,
        bars=True,
        minimum=0,
    )
