"""Trouble of one incident, or of one step, stays its own."""

import time
from pathlib import Path
from threading import Event, Semaphore

import pytest

from tests.monitoring.relay.fakes import FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench, bench


def test_an_unexpected_error_is_one_incidents_failed_attempt(tmp_path: Path) -> None:
    """It is recorded and tried again; the next incident gets its pipeline in the same step."""
    relay, gitlab = bench(tmp_path, "odd", "ok", "ok")
    relay.intake.receive(webhook(alert(), alert(model="news")))
    relay.worker.step()
    assert len(gitlab.made) == 1
    assert any(
        "try 1 of 4: unexpected UnicodeEncodeError: " in reason for reason in relay.reasons()
    )
    relay.run(120)
    assert len(gitlab.made) == 2


def test_an_unexpected_error_while_following_is_asked_again(tmp_path: Path) -> None:
    """It counts as an error of polling, and a failed incident's last look survives it."""
    relay, gitlab = bench(tmp_path, *["refused"] * 4)
    relay.intake.receive(webhook())
    relay.run(15)
    gitlab.odd = True
    relay.run(600)
    assert "no pipeline after 4 tries; unexpected AttributeError: no such field" in relay.reasons()
    assert (relay.value("relay_poll_errors_total", model="digits") or 0) >= 2


def test_an_incident_that_cannot_be_written_is_its_own_trouble(tmp_path: Path) -> None:
    """The other models' pipelines start, its own is counted as failing, and no time is lost."""
    relay, gitlab = bench(tmp_path)
    gitlab.first_id = 2**63  # no database has room for it
    relay.intake.receive(webhook())
    relay.worker.step()
    gitlab.first_id = 1
    relay.intake.receive(webhook(alert(model="news")))
    relay.run(30)
    assert relay.latest("news").status == "running"
    assert relay.latest("digits").status == "waiting"
    assert relay.value("relay_trigger_errors_total", model="digits") == 1
    relay.run(3600)
    assert relay.worker.step() > 0


def test_the_thread_outlives_an_error_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a step raises, the next one follows."""
    relay, _ = bench(tmp_path)
    begun = Semaphore(0)

    def step() -> float:
        begun.release()
        raise OverflowError

    monkeypatch.setattr(relay.worker, "step", step)
    relay.worker.start()
    for _ in range(3):
        assert begun.acquire(timeout=10)
        relay.worker.wake()
    assert relay.worker.alive
    relay.worker.stop()


def test_the_end_does_not_wait_for_an_answer_that_never_comes(tmp_path: Path) -> None:
    """What was in hand is safe: the next process looks whether the pipeline was made."""
    never = Event()

    class Silent(FakePipelines):
        """A GitLab that takes connections and does not answer."""

        def _check(self) -> None:
            never.wait(60)

    relay = Bench(f"sqlite:///{tmp_path}/relay.db", Silent())
    relay.intake.receive(webhook(alert(), alert(model="news")))
    relay.worker.start()
    time.sleep(0.2)
    started = time.monotonic()
    relay.worker.stop()
    never.set()
    assert time.monotonic() - started < 10


def test_clocks_of_two_relays_may_differ(tmp_path: Path) -> None:
    """One that is ahead plans its next look; the other does not take that for a wrong clock."""
    relay, gitlab = bench(tmp_path, "lost", "lost")
    relay.clock.advance(1800)
    relay.intake.receive(webhook())
    relay.worker.step()
    relay.clock.advance(-1800)
    relay.worker.step()
    assert len(gitlab.inputs) == 1
