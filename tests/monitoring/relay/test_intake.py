"""From webhook to durable decisions."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitoring.relay.errors import Refused
from monitoring.relay.limits import RelayLimits
from tests.monitoring.relay.fakes import START, alert, webhook
from tests.monitoring.relay.parts import bench


def test_the_same_alert_twice_is_one_incident(tmp_path: Path) -> None:
    """A repeat is written down as a duplicate and accepts nothing."""
    relay, _ = bench(tmp_path)
    for _ in range(3):
        relay.intake.receive(webhook())
    assert relay.decisions() == ["accepted", "duplicate", "duplicate"]


def test_alerts_that_the_sender_left_out_are_told(tmp_path: Path) -> None:
    """A sender with a limit never sends those beyond it, and the relay would not know of them."""
    relay, _ = bench(tmp_path)
    with capture_logs() as logs:
        for left_out in (0, 7):
            body = json.loads(webhook()) | {"truncatedAlerts": left_out}
            relay.intake.receive(json.dumps(body).encode())
    assert [line["alerts"] for line in logs if "left out" in line["event"]] == [7]


def test_a_repeat_after_a_restart_is_still_a_duplicate(tmp_path: Path) -> None:
    """What was accepted is known to the next process."""
    relay, _ = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.restart()
    relay.intake.receive(webhook())
    assert relay.decisions() == ["accepted", "duplicate"]


def test_an_incident_within_the_cooldown_gets_its_pipeline_after_it(tmp_path: Path) -> None:
    """It is held back, not lost, and nobody has to send it again."""
    relay, gitlab = bench(tmp_path)
    gitlab.statuses[1] = "success"
    relay.intake.receive(webhook())
    relay.run(60)
    ended = {"status": "resolved", "endsAt": relay.clock.now.isoformat()}
    relay.intake.receive(webhook(alert() | ended))
    relay.intake.receive(webhook(alert(started=relay.clock.now, version="2.0.0")))
    relay.run(60)
    assert relay.decisions()[-3:] == ["ignored", "accepted", "cooldown"]
    relay.clock.advance(3600)
    relay.run(60)
    assert relay.decisions()[-2:] == ["attempt", "triggered"] and len(gitlab.made) == 2


def test_models_do_not_share_a_cooldown(tmp_path: Path) -> None:
    """Two models that drift at once both get their pipeline."""
    relay, _ = bench(tmp_path)
    relay.intake.receive(webhook(alert(), alert(model="news")))
    assert relay.decisions() == ["accepted", "accepted"]


def test_the_daily_budget_holds_for_any_24_hours(tmp_path: Path) -> None:
    """The fourth incident of a day waits until a day after the first."""
    relay, gitlab = bench(tmp_path)
    for number in range(4):
        gitlab.statuses[number + 1] = "success"
        relay.clock.now = START + timedelta(hours=2 * number)
        relay.intake.receive(webhook(alert(started=relay.clock.now, version=f"{number}.0.0")))
        relay.run(60)
    assert relay.incident()["action"] == "budget" and len(gitlab.made) == 3
    relay.clock.now = START + timedelta(hours=24, seconds=1)
    relay.run(60)
    assert len(gitlab.made) == 4


def test_a_second_incident_waits_for_the_first(tmp_path: Path) -> None:
    """While GitLab is down, incidents of a model do not pile up into several pipelines."""
    relay, gitlab = bench(tmp_path)
    gitlab.down = True
    relay.intake.receive(webhook())
    relay.run(5)
    relay.intake.receive(webhook(alert(started=START + timedelta(hours=1), version="2.0.0")))
    relay.run(5)
    gitlab.down = False
    relay.run(120)
    assert len(gitlab.made) == 1
    assert relay.incident()["reason"] == "a pipeline of another version has not ended"


def test_resolved_alerts_leave_a_row_and_no_incident(tmp_path: Path) -> None:
    """The audit has the reason."""
    relay, _ = bench(tmp_path)
    relay.intake.receive(webhook(alert(status="resolved")))
    assert (relay.decisions(), relay.reasons()) == (["ignored"], ["resolved"])


def test_a_refused_webhook_leaves_nothing(tmp_path: Path) -> None:
    """Where a field is wrong, no alert is acted on, and the sender is told."""
    relay, _ = bench(tmp_path)
    with pytest.raises(Refused):
        relay.intake.receive(webhook(alert(), alert() | {"startsAt": "yesterday"}))
    assert relay.decisions() == []


def test_an_unknown_model_does_not_keep_a_known_one_waiting(tmp_path: Path) -> None:
    """The known one is retrained, the unknown one is named in the audit."""
    relay, _ = bench(tmp_path)
    relay.intake.receive(webhook(alert(model="cats"), alert(), alert(model=None)))
    assert relay.decisions() == ["accepted", "ignored", "ignored"]
    assert relay.reasons()[1] == "model is 'cats', expected one of digits, news"


def test_a_clock_that_was_once_wrong_holds_nothing_up(tmp_path: Path) -> None:
    """A time that lies ahead is no cooldown, uses up no budget and delays no attempt."""
    relay, gitlab = bench(tmp_path)
    gitlab.down = True
    relay.clock.advance(10 * 365 * 24 * 3600)
    for number in range(3):
        relay.intake.receive(webhook(alert(model="news"), group=str(number)))
        relay.intake.receive(webhook(group=str(number)))
        relay.run(1)
    relay.clock.now = START + timedelta(days=1)
    gitlab.down = False
    relay.run(120)
    assert {name.split()[1] for name in gitlab.made} == {"digits", "news"}
    started = relay.clock.now
    relay.intake.receive(webhook(alert(started=started, version="2.0.0"), group="today"))
    assert relay.decisions()[-1] == "accepted"


def test_an_alert_from_a_clock_ahead_of_ours_begins_now(tmp_path: Path) -> None:
    """Labels of today would be older than an incident of tomorrow, and nothing could be learned."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook(alert(started=START + timedelta(days=400))))
    relay.run(1)
    assert gitlab.inputs[0]["incident_started"] == "2026-11-21T08:00:00.000Z"


def test_a_model_may_have_limits_of_its_own(tmp_path: Path) -> None:
    """From the generated file; the others keep those of the settings."""
    limits = {"news": RelayLimits(cooldown_seconds=0, daily_budget=2)}
    relay, gitlab = bench(tmp_path, limits=limits)
    gitlab.statuses = dict.fromkeys(range(1, 9), "success")
    for number in range(3):
        both = [
            alert(model=model, version=f"{number}.0.0", started=relay.clock.now)
            for model in ("digits", "news")
        ]
        relay.intake.receive(webhook(*both))
        relay.run(60)
    assert sorted(name.split()[1] for name in gitlab.made) == ["digits", "news", "news"]
    assert relay.incident("news")["action"] == "budget"
    assert relay.incident("digits")["action"] == "cooldown"
