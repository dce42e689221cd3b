"""The worker dies, is away, or waits for long: exactly one pipeline follows all the same."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitoring.relay.audit import AuditEntry, AuditEvent
from tests.monitoring.relay.fakes import webhook
from tests.monitoring.relay.parts import bench


class Killed(BaseException):
    """The process is gone: nothing that follows runs."""


def test_a_death_between_receiving_and_triggering_still_triggers_once(tmp_path: Path) -> None:
    """The next process finds the incident waiting."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.restart()
    relay.run(60)
    assert len(gitlab.made) == 1


def test_a_death_between_triggering_and_writing_it_down_triggers_once(tmp_path: Path) -> None:
    """The next process adopts what GitLab already has."""
    relay, gitlab = bench(tmp_path)

    def die() -> None:
        raise Killed

    gitlab.before_answer = die
    relay.intake.receive(webhook())
    with pytest.raises(Killed):
        relay.worker.step()
    gitlab.before_answer = lambda: None
    relay.restart()
    relay.run(120)
    assert len(gitlab.made) == 1
    assert relay.decisions() == ["accepted", "attempt", "adopted"]


@pytest.mark.parametrize("hours", [1, 25, 24 * 30])
def test_a_death_before_triggering_and_a_long_time_after_triggers_once(
    tmp_path: Path, hours: int
) -> None:
    """An attempt that waits for its pipeline is none that has failed, however old it is."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    with relay.store.transaction() as ledger:
        (incident,) = ledger.incidents.due(relay.clock.now, longest=timedelta(minutes=1))
    relay.decider.decide(incident)
    relay.clock.advance(3600 * hours)
    relay.restart()
    relay.run(60)
    assert len(gitlab.made) == 1


def test_a_pipeline_of_more_than_a_day_is_still_the_only_one(tmp_path: Path) -> None:
    """It waits for a runner; GitLab says that it runs, so nothing else is started."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    for _ in range(80):
        relay.run(1)
        relay.clock.advance(3600)
        relay.intake.receive(webhook())
    assert len(gitlab.made) == 1
    gitlab.down = True
    relay.run(60)
    relay.clock.advance(3600 * 25)
    relay.intake.receive(webhook())
    relay.run(1)
    assert relay.latest().number == 2, "GitLab was asked for a day, in vain"


def test_a_relay_that_was_away_for_a_weekend_reads_the_verdict_first(tmp_path: Path) -> None:
    """A pipeline that nobody has asked about is not one that GitLab says nothing of."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.run(30)
    gitlab.statuses[1] = "success"
    gitlab.verdicts[1] = AuditEntry(AuditEvent.PROMOTE, "better")
    relay.clock.advance(3600 * 60)
    relay.restart()
    relay.run(60)
    assert len(gitlab.made) == 1 and relay.latest().result == "promote"
