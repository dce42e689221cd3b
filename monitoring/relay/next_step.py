"""What an incident does next, by the policy, from what the store knows of it."""

from dataclasses import replace
from datetime import datetime

from monitoring.relay.attempts import FAILED, WAITING, PipelineAttempt
from monitoring.relay.incidents import Incident
from monitoring.relay.label_counts import LabelCount
from monitoring.relay.labels import Labels
from monitoring.relay.policy import (
    Action,
    ActionKind,
    IncidentHistory,
    Policy,
    Signal,
    next_action,
)
from monitoring.relay.store import Ledger


def next_step(
    ledger: Ledger, incident: Incident, *, policy: Policy, counts: bool, now: datetime
) -> Action:
    """Return what an incident does next; counts: whether labels are counted."""
    every = ledger.attempts.of_model(incident.model)
    others = ledger.incidents.of_ids([one.incident for one in every])
    # Nothing was tried where no pipeline was started.
    started = [one for one in every if one.state != FAILED]
    mine = [one for one in started if _same_version(incident, others.get(one.incident))]
    if incident.signals and any(one.runs(now) for one in started if one not in mine):
        action = Action(ActionKind.RUNNING, "a pipeline of another version has not ended")
    else:
        count = ledger.labels.of(incident.model) if counts else None
        history = _history(incident, every, mine, None if count is None else count.arrived, now)
        labels = _labels(incident, count)
        action = next_action(history, labels, policy, now=now)
    if action.kind is ActionKind.RUNNING and every[-1].state == WAITING:
        return replace(action, reason=_waits_for_gitlab(ledger, every[-1]))
    return action


def _history(
    incident: Incident,
    every: list[PipelineAttempt],
    mine: list[PipelineAttempt],
    arrived: float | None,
    now: datetime,
) -> IncidentHistory:
    """Return what the policy decides from.

    every: attempts of the model.  mine: of its version.  arrived: labels of the model by now.
    """
    started = [one for one in every if one.state != FAILED]
    others = [one for one in started if one not in mine and one.signal != Signal.CALENDAR]
    failed = [one.accepted_at for one in every if one.state == FAILED]
    return IncidentHistory(
        started=incident.started_at,
        fell=incident.fall_since,
        signals=incident.signals,
        attempts=tuple(one.for_policy(now, arrived=arrived) for one in mine),
        pipelines=tuple(one.accepted_at for one in started),
        former=others[-1].rows if others else None,
        last_failed=max(failed, default=None),
    )


def _labels(incident: Incident, count: LabelCount | None) -> Labels | None:
    _, rows = incident.own
    if count is None or rows is None:
        return None
    return Labels(rows=rows, rate=count.rate)


def _waits_for_gitlab(ledger: Ledger, attempt: PipelineAttempt) -> str:
    """Return that there is no pipeline yet, with what came of the last try."""
    failed = ledger.last_retry(attempt.incident, since=attempt.accepted_at)
    return "waits for GitLab to start a pipeline" + (f": {failed}" if failed else "")


def _same_version(incident: Incident, other: Incident | None) -> bool:
    if other is None or incident.id == other.id or other.versions is None:
        return True
    return incident.shares(other.versions)
