"""The worker: exactly one pipeline, whatever GitLab does and whenever the process dies."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitoring.relay.audit import AuditEntry, AuditEvent
from tests.monitoring.relay.fakes import FakePipelines, webhook
from tests.monitoring.relay.parts import Bench, bench


def test_an_incident_gets_its_pipeline(tmp_path: Path) -> None:
    """GitLab is given the task, the incident and its start; the audit has the address."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.run(60)
    incident = relay.latest()
    assert gitlab.inputs == [
        {"task": "digits", "incident": incident.id, "incident_started": "2026-11-21T08:00:00.000Z"}
    ]
    assert relay.decisions() == ["accepted", "attempt", "triggered"]
    assert relay.reasons()[-1] == "pipeline 1: http://gitlab/1"


@pytest.mark.parametrize(
    "plan, last",
    [
        (["refused", "refused", "ok"], "triggered"),
        (["lost", "ok"], "triggered"),
        (["made"], "adopted"),
        (["lost", "refused", "made"], "adopted"),
        (["lost", "lost", "lost", "made"], "adopted"),
        (["odd", "ok"], "triggered"),
        (["odd", "made"], "adopted"),
    ],
)
def test_failures_end_in_exactly_one_pipeline(tmp_path: Path, plan: list[str], last: str) -> None:
    """Refusals and lost answers are tried again; a pipeline made unseen is adopted."""
    relay, gitlab = bench(tmp_path, *plan)
    relay.intake.receive(webhook())
    relay.run(600)
    assert len(gitlab.made) == 1
    assert relay.decisions()[-1] == last
    assert relay.latest().pipeline_id == 1


def test_a_lost_answer_rests_before_the_next_attempt(tmp_path: Path) -> None:
    """GitLab may still be at it, so nobody looks before it must have finished."""
    relay, gitlab = bench(tmp_path, "lost")
    relay.intake.receive(webhook())
    relay.run(59)
    assert len(gitlab.inputs) == 1
    relay.run(5)
    assert len(gitlab.inputs) == 2


def test_attempts_are_spaced_further_and_further(tmp_path: Path) -> None:
    """A GitLab that refuses is asked again after 2, 4 and 8 seconds."""
    relay, gitlab = bench(tmp_path, *["refused"] * 3)
    relay.intake.receive(webhook())
    moments = []
    for _ in range(40):
        before = len(gitlab.inputs)
        relay.worker.step()
        moments += [relay.clock.now] * (len(gitlab.inputs) - before)
        relay.clock.advance(0.5)
    gaps = [(b - a).total_seconds() for a, b in zip(moments, moments[1:], strict=False)]
    assert gaps == [2, 4, 8]


def test_the_last_attempt_is_the_last(tmp_path: Path) -> None:
    """After its attempts an incident is failed, with the reason, and a metric says so."""
    relay, gitlab = bench(tmp_path, *["refused"] * 9)
    relay.intake.receive(webhook())
    relay.run(600)
    assert len(gitlab.inputs) == relay.patience.attempts
    assert relay.decisions() == ["accepted", "attempt", *["retry"] * 4, "failed", "cooldown"]
    assert relay.reasons()[-2] == "no pipeline after 4 tries"
    assert relay.value("relay_pipeline_status", model="digits", status="untriggered") == 1
    assert relay.value("relay_trigger_errors_total", model="digits") == 4


def test_a_last_attempt_that_did_make_a_pipeline_is_no_failure(tmp_path: Path) -> None:
    """Before giving up, the relay looks once more."""
    relay, gitlab = bench(tmp_path, "refused", "refused", "refused", "made")
    relay.intake.receive(webhook())
    relay.run(600)
    assert relay.decisions()[-1] == "adopted"
    assert len(gitlab.made) == 1


def test_a_pipeline_that_a_person_starts_is_adopted(tmp_path: Path) -> None:
    """A failed incident is healed by running its pipeline by hand."""
    relay, gitlab = bench(tmp_path, *["refused"] * 4)
    relay.intake.receive(webhook())
    relay.run(600)
    gitlab.trigger({"task": "digits", "incident": relay.latest().id, "incident_started": ""})
    relay.run(60)
    assert relay.decisions()[-3:] == ["failed", "cooldown", "adopted"]
    assert relay.value("relay_pipeline_status", model="digits", status="running") == 1


def test_a_failed_incident_is_not_started_again_by_a_repeat(tmp_path: Path) -> None:
    """Its repeats are duplicates; a person was told."""
    relay, gitlab = bench(tmp_path, *["refused"] * 4)
    relay.intake.receive(webhook())
    relay.run(600)
    relay.intake.receive(webhook())
    relay.run(600)
    assert gitlab.made == {}
    assert relay.decisions()[-1] == "duplicate"


def test_an_incident_without_a_pipeline_is_tried_again_after_the_cooldown(tmp_path: Path) -> None:
    """GitLab was down for as long as the relay tried; nobody has to send the alert again."""
    relay, gitlab = bench(tmp_path, *["refused"] * 4)
    relay.intake.receive(webhook())
    relay.run(3590)
    assert relay.latest().state == "failed"
    relay.run(60)
    assert relay.latest().number == 2 and len(gitlab.made) == 1


def test_gitlab_down_for_a_while_delays_and_loses_nothing(tmp_path: Path) -> None:
    """Once it is back there is one pipeline."""
    relay, gitlab = bench(tmp_path)
    gitlab.down = True
    relay.intake.receive(webhook())
    relay.run(5)
    gitlab.down = False
    relay.run(60)
    assert len(gitlab.made) == 1


def test_two_relays_on_one_database_trigger_once(tmp_path: Path) -> None:
    """An attempt is claimed before it is made."""
    gitlab = FakePipelines("lost")
    first = Bench(f"sqlite:///{tmp_path}/relay.db", gitlab)
    second = Bench(f"sqlite:///{tmp_path}/relay.db", gitlab, clock=first.clock)
    first.intake.receive(webhook())

    def interrupt() -> None:
        second.worker.step()

    gitlab.before_answer = interrupt
    for _ in range(200):
        first.worker.step()
        second.worker.step()
        first.clock.advance(1)
    assert len(gitlab.made) == 1
    assert first.decisions() == ["accepted", "attempt", "retry", "triggered"]


def test_the_pipeline_is_followed_to_its_end(tmp_path: Path) -> None:
    """Its status is a metric, and after success nobody asks again."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.run(20)
    assert relay.value("relay_pipeline_status", model="digits", status="running") == 1
    gitlab.statuses[1] = "success"
    relay.run(20)
    gitlab.statuses[1] = "running"
    relay.run(60)
    assert relay.value("relay_pipeline_status", model="digits", status="success") == 1


def test_a_failed_pipeline_that_is_retried_clears(tmp_path: Path) -> None:
    """A person retries the job, and the status follows."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    gitlab.statuses[1] = "failed"
    relay.run(20)
    assert relay.value("relay_pipeline_status", model="digits", status="failed") == 1
    gitlab.statuses[1] = "success"
    relay.run(20)
    assert relay.value("relay_pipeline_status", model="digits", status="failed") is None


def test_a_status_that_cannot_be_read_is_asked_again(tmp_path: Path) -> None:
    """GitLab being away does not end the following."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.run(1)
    gitlab.down = True
    relay.run(40)
    assert (relay.value("relay_poll_errors_total", model="digits") or 0) >= 2
    gitlab.down = False
    gitlab.statuses[1] = "success"
    relay.run(20)
    assert relay.latest().status == "success"


def test_the_verdict_of_an_ended_pipeline_is_written_down_once(tmp_path: Path) -> None:
    """A gate that blocks fails its pipeline; a retry of a later job is no second verdict."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook())
    gitlab.verdicts[1] = AuditEntry(AuditEvent.BLOCK, "a significant loss on base rows")
    relay.run(20)
    assert relay.value("relay_verdicts_total", model="digits", verdict="block") == 0
    for status in ("failed", "running", "failed"):
        gitlab.statuses[1] = status
        relay.run(20)
    assert relay.value("relay_verdicts_total", model="digits", verdict="block") == 1
    assert relay.decisions().count("block") == 1
    assert "a significant loss on base rows" in relay.reasons()
    gitlab.statuses[1], gitlab.verdicts[1] = "success", AuditEntry(AuditEvent.KEEP, "no difference")
    relay.run(20)
    assert relay.value("relay_verdicts_total", model="digits", verdict="keep") == 1


def test_a_pipeline_that_ended_before_its_gate_has_no_verdict(tmp_path: Path) -> None:
    """Its status is known all the same, also where the verdict cannot be read."""
    for unreadable in (False, True):
        relay, gitlab = bench(tmp_path / str(unreadable))
        relay.intake.receive(webhook())
        gitlab.statuses[1], gitlab.unreadable = "failed", unreadable
        relay.run(20)
        assert relay.latest().status == "failed"
        ends = [] if unreadable else ["cooldown"]
        assert relay.decisions() == ["accepted", "attempt", "triggered", *ends]
        assert (relay.value("relay_poll_errors_total", model="digits") == 1) is unreadable


def test_gauges_survive_a_restart(tmp_path: Path) -> None:
    """What waits and when it last worked is read from the database."""
    relay, gitlab = bench(tmp_path)
    gitlab.down = True
    relay.intake.receive(webhook())
    relay.run(1)
    assert relay.value("relay_pending_incidents", model="digits") == 1
    gitlab.down = False
    relay.run(10)
    relay.restart()
    assert relay.value("relay_pending_incidents", model="digits") == 0
    stamp = relay.value("relay_last_trigger_timestamp_seconds", model="digits")
    assert stamp == pytest.approx(1795248000, abs=1e6)
    assert relay.value("relay_pipelines_triggered_total", model="digits") == 0
    assert gitlab.made


def test_an_incident_that_gitlab_starts_no_pipeline_for_says_so(tmp_path: Path) -> None:
    """Its reason has the last try, why it failed, and the next; to a duplicate it says so too."""
    relay, gitlab = bench(tmp_path)
    gitlab.down = True
    relay.intake.receive(webhook())
    relay.run(3)
    why = "try 2 of 4: GitLab was not reached: connection refused"
    reason = f"waits for GitLab to start a pipeline: {why}; the next is at 2026-11-21 08:00:06 UTC"
    assert (relay.incident()["action"], relay.incident()["reason"]) == ("running", reason)
    (told,) = relay.intake.receive(webhook())
    assert told.entry.reason == f"this incident is known: {reason}"
    gitlab.down = False
    relay.run(10)
    assert relay.incident()["reason"] == "its pipeline has not ended"


def test_a_gitlab_that_starts_nothing_pages_before_the_last_try(tmp_path: Path) -> None:
    """RetrainFailing asks for the status `untriggered`: after eight tries, no more than minutes."""
    relay, gitlab = bench(tmp_path)
    relay.patience = replace(relay.patience, attempts=20)
    relay.restart()
    gitlab.down = True
    relay.intake.receive(webhook())
    relay.run(60)
    assert relay.value("relay_pipeline_status", model="digits", status="waiting") == 1
    relay.run(400)
    assert relay.latest().state == "waiting"
    assert relay.value("relay_pipeline_status", model="digits", status="untriggered") == 1
    gitlab.down = False
    relay.run(100)
    assert relay.value("relay_pipeline_status", model="digits", status="untriggered") is None
