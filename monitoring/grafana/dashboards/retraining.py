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
from monitoring.grafana.worth_panels import worth
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay as relay
from perennial.metric_names import service as metrics

MILLISECONDS = 1000
# A bar is what happened since the bar before it; at least two scrapes.
STEP = "$__rate_interval"
FAILING, DOWN, WAITING = ("RetrainFailing",), ("RelayDown",), ("RetrainWaiting",)


def board(thresholds: Thresholds) -> Board:
    """Return the dashboard."""
    return Board(
        RETRAINING,
        "Perennial / Retraining",
        "Alert, pipeline, gate, deployment: what each retrain did, when, and with which verdict.",
        (
            *_now(thresholds),
            *_waiting(),
            _steps(),
            _times(),
            _verdicts(),
            *worth(),
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
            "Whether Prometheus can scrape the relay. Without it, drift starts no retrain.",
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
            "Attempts without a pipeline",
            "Attempts that GitLab has started no pipeline for yet: it is slow, down, or refuses.",
            (Query(f"sum(max by (model) ({relay.PENDING.name}{{{OF_MODEL}}}))", "waiting"),),
            FAILING,
            (LOOP,),
            unit="none",
            width=5,
            height=4,
            limits=(Limit(0, GREEN), Limit(1, ORANGE)),
        ),
        Panel(
            "stat",
            "Pipelines in 24 hours",
            "Retrains started in the last 24 hours for the selected models. The relay starts no "
            "more than its daily budget per model.",
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
            "Time since the relay last started a pipeline, or found one started. If it never has, "
            "nothing drifted, or no alert reaches the relay.",
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


def _waiting() -> tuple[Panel, ...]:
    missing = f"max by (model) ({relay.MISSING_LABELS.name}{{{OF_MODEL}}})"
    expected = f"max by (model) ({relay.EXPECTED.name}{{{OF_MODEL}}}) - time()"
    action = f"max by (model, action) ({relay.INCIDENT.name}{{{OF_MODEL}}})"
    return (
        Panel(
            "stat",
            "What incidents do",
            "Of each model's latest living incident. labels: it waits for more. rest: nobody knows "
            "how many there are. cooldown, budget: see the relay's settings. running: it has a "
            "pipeline, or waits for GitLab to start one. deploying: a promoted model waits to be "
            "merged. The relay's page /incidents has the reasons.",
            (Query(action, "{{model}}: {{action}}", "no incident lives"),),
            WAITING,
            (LOOP, MODEL),
            unit="none",
            width=8,
            height=4,
            show="name",
            no_value="none",
        ),
        Panel(
            "stat",
            "Labels that are missing",
            "Labels that an incident waits for before its next pipeline; 0 where it needs none.",
            (Query(missing, "{{model}}"),),
            WAITING,
            (MODEL,),
            unit="none",
            width=8,
            height=4,
            show="both",
        ),
        Panel(
            "stat",
            "Until the wait ends",
            "Until there are enough labels, at the rate at which they come, or until cooldown, "
            "budget or rest end. Nothing: no labels come, or nothing waits.",
            (Query(f"{expected} > 0", "{{model}}", "nothing waits, or nobody knows"),),
            WAITING,
            (MODEL,),
            unit="s",
            width=8,
            height=4,
            show="both",
            no_value="nothing waits, or unknown",
        ),
    )


def _steps() -> Panel:
    return Panel(
        "timeline",
        "Alert → pipeline → gate → deployment",
        "1: alerts that start a retrain. 2: the latest incident's pipeline; failed may mean that "
        "the gate blocked the model, and the log of its job has the figures. 3: the serving "
        "version, which changes when a promoted model is merged and deployed.",
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
        "When the current alert began, when the latest pipeline started, how long that took, and "
        "the pipeline's status. A pipeline older than the alert belongs to an earlier incident: "
        "cooldown or budget holds the new one back.",
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
        "What the relay did with each alert: accepted and triggered start a pipeline; duplicate, "
        "waiting, cooldown and budget do not. The reasons are under /incidents of the relay.",
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
        "Since the relay started. promote: the new model is better and has a merge request. keep: "
        "it is no better; nothing to do. block: it is worse and its pipeline failed; check the "
        "labels. The reasons are under /incidents of the relay.",
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
        "200: the webhook is stored in the relay's database. 401: wrong token or secret. 422: an "
        "alert for a model that the relay does not know.",
        (
            Query(
                f"round(sum by (status) (increase({name}[{STEP}])))",
                "{{status}}",
                "the relay has received no webhook",
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
        "GitLab errors",
        "Failed attempts to start a pipeline, and to ask for its status. The relay tries again, at "
        "growing intervals.",
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
        "Bundles that replicas put into service or refused, at the time it happened.",
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
