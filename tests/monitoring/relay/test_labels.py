"""Labels that come late: an incident waits for them, says so, and starts when there are enough."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.limits import ModelLimits, RelayLimits
from tests.monitoring.relay.fakes import START, Clock, FakeArrivals, FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench, bench


def _relay(
    folder: Path, *, rate: float, begin: float = 0.0
) -> tuple[Bench, FakePipelines, FakeArrivals]:
    """Return a relay that counted labels before an alert, its pipelines, and the labels."""
    clock = Clock()
    arrivals = FakeArrivals(clock, rate=rate, begin=begin)
    relay, gitlab = bench(folder, clock=clock, arrivals=arrivals)
    relay.worker.step()
    return relay, gitlab, arrivals


def _started(relay: Bench) -> float:
    """Return how many seconds after the first alert the latest pipeline was decided on."""
    return (relay.latest().accepted_at - START).total_seconds()


def test_a_fall_waits_for_the_labels_that_collect_needs(tmp_path: Path) -> None:
    """A hundred rows since the incident began; labels come from its tenth minute on."""
    relay, gitlab, _ = _relay(tmp_path, rate=1.0, begin=600)
    relay.intake.receive(webhook(alert(signal="labels")))
    relay.run(650)
    assert gitlab.made == {} and relay.incident()["action"] == "labels"
    assert relay.value("relay_incident", model="digits", action="labels") == 1
    missing = relay.value("relay_missing_labels", model="digits")
    assert missing is not None and 0 < missing <= 100
    relay.run(120)
    assert len(gitlab.made) == 1 and 700 <= _started(relay) <= 770
    assert relay.value("relay_missing_labels", model="digits") == 0


def test_a_wait_for_more_labels_than_any_will_send_is_written_down(postgres_database: str) -> None:
    """A limit with some zeros too many: the audit says so, and the column holds what it can."""
    clock = Clock()
    arrivals, limits = FakeArrivals(clock, rate=1.0), {"digits": RelayLimits(drift_rows=10**12)}
    gitlab = FakePipelines()
    relay = Bench(postgres_database, gitlab, clock=clock, arrivals=arrivals, limits=limits)
    relay.worker.step()
    relay.intake.receive(webhook(alert(signal="inputs")))
    relay.run(120)
    incident = relay.incident()
    relay.store.close()
    assert incident["reason"].startswith("waits for 999,999,9") and not gitlab.made
    assert incident["missing_labels"] == 2**31 - 1


def test_nobody_is_paged_for_waiting(tmp_path: Path) -> None:
    """The status of the latest attempt is what RetrainFailing asks for."""
    relay, _, _ = _relay(tmp_path, rate=0.0)
    relay.intake.receive(webhook(alert(signal="labels")))
    relay.run(120)
    assert relay.value("relay_pipeline_status", model="digits", status="failed") is None
    assert relay.incident()["reason"] == "waits for 100 more labels; none have come so far"
    since = relay.value("relay_incident_action_timestamp_seconds", model="digits", action="labels")
    assert since == START.timestamp()


def test_a_pipeline_that_collect_refused_is_no_failed_one(tmp_path: Path) -> None:
    """It had fewer rows than were counted, as labels contradict each other: twice as many now."""
    relay, gitlab, _ = _relay(tmp_path, rate=1.0)
    relay.policy = replace(relay.policy, cooldown=timedelta(0))
    relay.restart()
    relay.intake.receive(webhook(alert(signal="labels")))
    gitlab.statuses[1] = "failed"
    gitlab.verdicts[1] = AuditEntry(AuditEvent.TOO_FEW, "collect accepted 60 labelled rows")
    relay.run(200)
    assert relay.value("relay_pipeline_status", model="digits", status="failed") is None
    assert relay.value("relay_pipeline_status", model="digits", status="waiting") == 1
    assert relay.value("relay_verdicts_total", model="digits", verdict="too few") == 1
    assert relay.incident()["reason"].startswith("waits for ")
    relay.run(300)
    assert [*gitlab.made] == [f"retrain digits {one['id']}" for one in relay.incident()["attempts"]]
    assert len(gitlab.made) == 2
    first, second = relay.incident()["attempts"]
    assert second["rows"] >= 2 * first["rows"] >= 200


@pytest.mark.parametrize(("status", "more"), [("failed", 1), ("canceled", 0)])
def test_a_pipeline_that_failed_is_tried_again_on_the_same_rows(
    tmp_path: Path, status: str, more: int
) -> None:
    """After the cooldown; where a person canceled it, not before there are twice as many rows."""
    relay, gitlab, arrivals = _relay(tmp_path, rate=1.0)
    relay.intake.receive(webhook(alert(signal="labels")))
    gitlab.statuses[1] = status
    relay.run(180)
    arrivals.delivery = {"instance=a": {"60.0": 180.0, "+Inf": 180.0}}
    relay.run(3400)
    assert len(gitlab.made) == 1
    relay.run(240)
    assert len(gitlab.made) == 1 + more


def test_kept_at_first_and_tried_again_with_four_times_the_rows(tmp_path: Path) -> None:
    """Each attempt has a name of its own; the alert never ended and nobody did anything."""
    relay, gitlab, _ = _relay(tmp_path, rate=1.0)
    relay.policy = replace(relay.policy, cooldown=timedelta(0))
    relay.restart()
    gitlab.statuses = dict.fromkeys((1, 2), "success")
    gitlab.verdicts[1] = AuditEntry(AuditEvent.KEEP, "no difference")
    gitlab.verdicts[2] = AuditEntry(AuditEvent.PROMOTE, "better")
    relay.intake.receive(webhook(alert(signal="inputs")))
    relay.run(3800)
    assert len(gitlab.made) == 1
    relay.run(400)
    first, second = relay.incident()["attempts"]
    assert (first["result"], second["result"]) == ("keep", "promote")
    assert second["rows"] >= 4 * first["rows"] > 4000
    assert len(gitlab.made) == 2 and relay.incident()["action"] == "deploying"


def test_a_kept_gain_is_tried_again_as_soon_as_the_gate_could_see_it(tmp_path: Path) -> None:
    """The gate left how many times the rows that takes; the database keeps it."""
    relay, gitlab, _ = _relay(tmp_path, rate=1.0)
    relay.policy = replace(relay.policy, cooldown=timedelta(0))
    relay.restart()
    gitlab.statuses[1] = "success"
    gitlab.verdicts[1] = AuditEntry(AuditEvent.KEEP, "no difference, p = 0.08", growth=1.2)
    relay.intake.receive(webhook(alert(signal="inputs")))
    relay.run(1100)
    relay.restart()
    relay.run(250)
    first, second = relay.incident()["attempts"]
    assert first["growth"] == 1.2
    assert 1.2 * first["rows"] <= second["rows"] <= 1.4 * first["rows"]


def test_a_fall_that_follows_drift_acts_at_once_but_for_the_cooldown(tmp_path: Path) -> None:
    """As soon as a hundred labels are its own; the drift would have waited for four times its."""
    relay, gitlab, _ = _relay(tmp_path, rate=1.0)
    gitlab.statuses[1], gitlab.verdicts[1] = "success", AuditEntry(AuditEvent.KEEP, "no difference")
    relay.intake.receive(webhook(alert(signal="inputs")))
    relay.run(1200)
    fall = alert(name="AccuracyDrop", signal="labels", started=relay.clock.now)
    (told,) = relay.intake.receive(webhook(alert(signal="inputs"), fall))
    assert told.entry.event == "escalated"
    relay.run(180)
    assert relay.incident()["action"] == "cooldown"
    relay.clock.now = relay.latest().accepted_at + timedelta(hours=1)
    relay.run(60)
    assert len(gitlab.made) == 2 and relay.latest().signal == "labels"


def test_an_alert_that_comes_and_goes_acts_when_there_are_enough_labels(tmp_path: Path) -> None:
    """Three minutes on, two off, and a hundred labels in six: those of the pauses count too."""
    relay, gitlab, _ = _relay(tmp_path, rate=100 / 360)
    for _ in range(3):
        fall = alert(signal="labels", started=relay.clock.now)
        relay.intake.receive(webhook(fall))
        relay.run(180)
        ended = {"status": "resolved", "endsAt": relay.clock.now.isoformat()}
        relay.intake.receive(webhook(fall | ended))
        relay.run(120)
    assert len(gitlab.made) == 1
    assert 360 <= _started(relay) <= 480


def test_labels_of_predictions_before_the_incident_are_not_counted(tmp_path: Path) -> None:
    """A delivery of yesterday's labels is nothing that collect would read."""
    relay, gitlab, arrivals = _relay(tmp_path, rate=0.0)
    relay.intake.receive(webhook(alert(signal="labels")))
    late = {"60.0": 0.0, "86400.0": 5000.0, "+Inf": 5000.0}
    arrivals.delivery = {"instance=a": late}
    relay.run(300)
    assert gitlab.made == {} and relay.incident()["rows"] == 0


def test_what_came_while_the_relay_was_down_is_counted(tmp_path: Path) -> None:
    """Also while Prometheus was, and after the service began to count anew."""
    relay, gitlab, arrivals = _relay(tmp_path, rate=0.02)
    relay.intake.receive(webhook(alert(signal="labels")))
    relay.run(60)
    relay.restart()
    arrivals.down = True
    relay.clock.advance(3 * 3600)
    relay.run(60)
    assert gitlab.made == {}
    arrivals.down = False
    relay.run(120)
    assert len(gitlab.made) == 1 and relay.latest().rows == pytest.approx(216, abs=10)


def test_without_counters_it_acts_as_if_nobody_counted(tmp_path: Path) -> None:
    """A service of an older version has none: the pipeline finds out."""
    clock = Clock()
    arrivals = FakeArrivals(clock, rate=1.0)
    arrivals.known = False
    relay, gitlab = bench(tmp_path, clock=clock, arrivals=arrivals)
    relay.intake.receive(webhook(alert(signal="labels")))
    relay.run(60)
    assert len(gitlab.made) == 1 and relay.latest().rows is None


def test_a_calendar_begins_an_incident_where_none_lives(tmp_path: Path) -> None:
    """A week after the last try, or after the relay first counted labels."""
    clock = Clock()
    limits = {"digits": ModelLimits(every_days=7)}
    relay, gitlab = bench(
        tmp_path, clock=clock, arrivals=FakeArrivals(clock, rate=0.01), limits=limits
    )
    gitlab.statuses = dict.fromkeys((1, 2, 3), "success")
    gitlab.verdicts = {n: AuditEntry(AuditEvent.KEEP, "no difference") for n in (1, 2, 3)}
    relay.worker.step()
    for day in range(16):
        relay.clock.now = START + timedelta(days=day, hours=1)
        relay.run(120)
    assert len(gitlab.made) == 2
    assert [row["decision"] for row in _decisions(relay)].count("over") == 2
    assert relay.incident()["attempts"][0]["signal"] == "calendar"


def test_a_calendar_goes_on_where_its_pipeline_failed(tmp_path: Path) -> None:
    """After the cooldown, not after another week."""
    clock = Clock()
    arrivals, limits = FakeArrivals(clock, rate=0.01), {"digits": ModelLimits(every_days=7)}
    relay, gitlab = bench(tmp_path, clock=clock, arrivals=arrivals, limits=limits)
    gitlab.statuses[1] = "failed"
    relay.worker.step()
    clock.advance(timedelta(days=7).total_seconds())
    relay.run(3500)
    assert "nothing was tried for 7 days" in relay.reasons() and len(gitlab.made) == 1
    relay.run(300)
    assert len(gitlab.made) == 2 and relay.latest().signal == "calendar"


def _decisions(relay: Bench) -> list[dict[str, str]]:
    with relay.store.transaction() as ledger:
        return ledger.audit(1000)[1]


def test_a_service_that_is_minutes_old_has_the_rate_of_its_hour(tmp_path: Path) -> None:
    """It has lived four minutes of the last day; the wait is minutes too, and it says of when."""
    relay, _, _ = _relay(tmp_path, rate=10.0)
    relay.clock.advance(240)
    relay.intake.receive(webhook(alert(signal="inputs", started=relay.clock.now)))
    relay.run(5)
    reason = "waits for 1,000 more labels, about 25 minutes at the rate of the last hour"
    assert relay.incident()["reason"] == f"{reason}, of which 4 minutes are known"


def test_a_reason_is_of_the_rows_beside_it(tmp_path: Path) -> None:
    """Labels are counted half a minute before the incident would be looked at again."""
    relay, _, _ = _relay(tmp_path, rate=0.5)
    relay.clock.advance(30)
    relay.intake.receive(webhook(alert(signal="labels", started=relay.clock.now)))
    relay.run(45)
    incident = relay.incident()
    assert 0 < incident["rows"] < 100
    assert f"waits for {100 - int(incident['rows'])} more" in incident["reason"]
