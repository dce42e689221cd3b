"""Alerts of one drift that overlap are one incident, and others are not."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitoring.relay.fakes import START, alert, webhook
from tests.monitoring.relay.parts import bench

DAY = timedelta(days=1)
NO_CLASH = timedelta(hours=2)  # more than the cooldown
RESOLVED = {"status": "resolved", "endsAt": (START + timedelta(minutes=6)).isoformat()}


def test_alerts_that_overlap_are_one_incident_when_the_first_has_resolved(tmp_path: Path) -> None:
    """The second still fires after the cooldown; it is the drift that was retrained on already."""
    relay, gitlab = bench(tmp_path)
    second = alert(name="AccuracyDrop", started=START + timedelta(minutes=5))
    for body in (webhook(), webhook(alert() | RESOLVED, second), webhook(second)):
        relay.intake.receive(body)
        relay.run(600)
    relay.clock.advance(NO_CLASH.total_seconds())
    (again,) = relay.intake.receive(webhook(second))
    assert again.entry.event == "duplicate" and again.incident == relay.latest().id
    relay.run(600)
    assert len(gitlab.made) == 1


def test_alerts_that_resolve_one_by_one_are_one_incident(tmp_path: Path) -> None:
    """Each overlaps with the next; the first began hours before the last."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    names = ("DataDrift", "PredictionDrift", "AccuracyDrop", "DataDrift", "PredictionDrift")
    for number in range(4):
        started = START + number * NO_CLASH
        ended = started + 1.5 * NO_CLASH
        resolved = {"status": "resolved", "endsAt": ended.isoformat()}
        relay.clock.now = ended + timedelta(minutes=1)
        relay.intake.receive(
            webhook(
                alert(name=names[number], started=started) | resolved,
                alert(name=names[number + 1], started=started + NO_CLASH),
            )
        )
        relay.run(60)
    assert len(gitlab.made) == 1


@pytest.mark.parametrize(("pause", "incidents"), [(timedelta(hours=23), 1), (DAY, 2)])
def test_an_alert_that_begins_a_day_after_the_last_is_a_new_incident(
    tmp_path: Path, pause: timedelta, incidents: int
) -> None:
    """One that comes back sooner goes on with the first."""
    relay, gitlab = bench(tmp_path)
    gitlab.statuses[1] = "success"
    relay.intake.receive(webhook())
    relay.run(60)
    relay.clock.now = START + timedelta(minutes=6)
    relay.intake.receive(webhook(alert() | RESOLVED))
    relay.run(60)
    assert relay.incident()["ended_at"] is None, "it may come back within minutes"
    relay.clock.advance(900)
    relay.run(60)
    assert relay.incident()["action"] == "over"
    began = START + timedelta(minutes=6, seconds=1) + pause
    relay.clock.now = began
    later = alert(name="AccuracyDrop", started=began)
    relay.intake.receive(webhook(alert() | RESOLVED, later))
    relay.run(60)
    with relay.store.transaction() as ledger:
        assert len(ledger.audit(10)[0]) == incidents


def test_drift_of_the_next_version_is_an_incident_of_its_own(tmp_path: Path) -> None:
    """It began while the version before still fired; what was learned did not help it."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.run(60)
    following = alert(version="2.0.0", started=START + timedelta(minutes=5))
    relay.intake.receive(webhook(alert(), following))
    relay.run(60)
    assert len(gitlab.made) == 1, "the pipeline of the version before has not ended"
    gitlab.statuses[1] = "success"
    relay.clock.advance(NO_CLASH.total_seconds())
    relay.intake.receive(webhook(alert() | RESOLVED, following))
    relay.run(60)
    assert len(gitlab.made) == 2


def test_an_alert_that_is_no_longer_repeated_has_ended(tmp_path: Path) -> None:
    """What ends while its sender restarts or is silenced is never sent; the next drift is new."""
    relay, gitlab = bench(tmp_path)
    for _ in range(30):
        relay.intake.receive(webhook())
        relay.run(30)
        relay.clock.advance(3600)
        gitlab.statuses[1] = "success"
    assert relay.incident()["ended_at"] is None, "it was repeated for more than a day"
    relay.clock.advance(23 * 3600)
    relay.run(1000)
    assert relay.incident()["action"] == "over"
    relay.clock.advance(30 * 24 * 3600)
    (later,) = relay.intake.receive(webhook(alert(started=relay.clock.now)))
    assert later.entry.reason == "new incident"


def test_another_key_of_the_group_is_the_same_incident(tmp_path: Path) -> None:
    """Replicas of Alertmanager may order a route's matchers differently, and routes are edited."""
    relay, gitlab = bench(tmp_path)
    for number in range(4):
        relay.intake.receive(webhook(group=f"order {number % 2}"))
        relay.run(60)
        relay.clock.advance(NO_CLASH.total_seconds())
    assert len(gitlab.made) == 1


def test_an_alert_that_overlaps_with_a_failed_attempt_is_the_same_incident(tmp_path: Path) -> None:
    """GitLab was down until the relay gave up; it tries again by itself after the cooldown."""
    relay, gitlab = bench(tmp_path)
    gitlab.down = True
    relay.intake.receive(webhook())
    relay.run(600)
    assert relay.latest().state == "failed"
    gitlab.down = False
    second = alert(name="AccuracyDrop", started=START + timedelta(minutes=5))
    relay.intake.receive(webhook(alert(), second))
    relay.intake.receive(webhook(alert() | RESOLVED, second))
    relay.clock.advance(3000)
    relay.run(60)
    assert relay.latest().number == 2 and len(gitlab.made) == 1


def test_an_incident_of_before_versions_were_kept_spans_any(tmp_path: Path) -> None:
    """A relay that is upgraded in the middle of a drift starts no second pipeline."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.run(60)
    with relay.store.transaction() as ledger:
        (incident,) = ledger.incidents.living("digits")
        ledger.incidents.update(incident, versions="null")
    second = alert(name="AccuracyDrop", started=START)
    (again,) = relay.intake.receive(webhook(second))
    assert again.entry.event == "duplicate"
