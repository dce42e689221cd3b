"""A calendar's pipelines have all rows of their time, and hold nothing else back by these."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitoring.relay.attempt_result import AttemptResult
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.labels import Labels, Rate
from monitoring.relay.limits import ModelLimits
from monitoring.relay.policy import (
    Action,
    ActionKind,
    Attempt,
    IncidentHistory,
    Policy,
    Signal,
    next_action,
)
from tests.monitoring.relay.fakes import START, Clock, FakeArrivals, alert, webhook
from tests.monitoring.relay.parts import bench

DAY = timedelta(days=1)
MONTH = Attempt(
    at=START - 2 * DAY, signal=Signal.CALENDAR, rows=30_000, result=AttemptResult.KEEP, new=1000
)


def _drift(rows: float, *attempts: Attempt) -> Action:
    """Return what drift does that began after a calendar's pipeline."""
    history = IncidentHistory(
        started=START - DAY, signals=frozenset({Signal.INPUTS}), attempts=attempts
    )
    return next_action(history, Labels(rows=rows, rate=Rate(1.0)), Policy(), now=START)


def test_drift_after_a_calendar_waits_for_its_own_rows_alone() -> None:
    """Not for four times a month's; and of those that the calendar had, for as many new ones."""
    assert _drift(999, MONTH).more == 1
    assert _drift(1000, MONTH).kind is ActionKind.START
    assert _drift(30_400, replace(MONTH, new=400)).more == 600


def test_drift_that_was_tried_is_held_back_by_its_own_attempt() -> None:
    """The calendar's does not make it wait longer."""
    tried = replace(MONTH, at=START - 3 * DAY, signal=Signal.INPUTS, rows=1000, new=2900)
    assert _drift(5000, tried, MONTH).more == 100


def test_drift_of_the_next_version_does_not_wait_for_the_rows_of_a_calendar(
    tmp_path: Path,
) -> None:
    """As for those of drift, which it has learned from."""
    clock = Clock()
    arrivals, limits = FakeArrivals(clock, rate=0.02), {"digits": ModelLimits(every_days=7)}
    relay, gitlab = bench(tmp_path, clock=clock, arrivals=arrivals, limits=limits)
    gitlab.statuses[1], gitlab.verdicts[1] = "success", AuditEntry(AuditEvent.PROMOTE, "better")
    relay.worker.step()
    clock.advance(timedelta(days=7, hours=1).total_seconds())
    relay.run(120)
    assert relay.latest().signal == "calendar" and (relay.latest().rows or 0) > 12_000
    clock.advance(DAY.total_seconds())
    relay.run(120)
    relay.intake.receive(webhook(alert(version="2.0.0", signal="inputs", started=clock.now)))
    relay.run(60)
    assert relay.incident()["missing_labels"] <= 1000
