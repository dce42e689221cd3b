"""A fall that labels show has rows of its own, whatever its incident began with."""

import re
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from monitoring.relay.arrivals import PrometheusArrivals
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.errors import Unconfirmed
from monitoring.relay.fall import Fall, FallRows, fall_rows
from monitoring.relay.policy import Policy
from monitoring.relay.prometheus import Prometheus
from tests.http_server import Call, Reply, serving
from tests.monitoring.drift_report.past import END, HOUR, Past, remembered
from tests.monitoring.relay.fakes import START, Clock, FakeArrivals, FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench, bench

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATE = 6 * timedelta(hours=1)


def _hours(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def _rows(
    before: FallRows | None, *, hours: float = 10.0, began: float | None = None, alone: bool = False
) -> FallRows:
    """Return a fall's rows, so many hours after its incident began; began: its alert's hour."""
    fall = Fall(_hours(hours if began is None else began), LATE)
    now = _hours(hours)
    found = fall_rows(before, fall, started=START, alone=alone, policy=Policy(), now=now)
    assert found is not None
    return found


def test_drift_alone_has_no_rows_of_a_fall() -> None:
    """Those of a fall that has ended stay known."""
    known = FallRows(START, START)
    for before in (None, known):
        found = fall_rows(before, None, started=START, alone=False, policy=Policy(), now=_hours(10))
        assert found is before


def test_rows_of_a_fall_are_those_whose_labels_come_after_its_alert() -> None:
    """They are of the time in which labels showed the fall, and none of them raised the alert."""
    assert _rows(None, hours=0, alone=True) == FallRows(START - LATE, START)


def test_rows_of_a_drift_that_a_fall_joins_are_none_of_its_own() -> None:
    """They may be of a drift that does no harm."""
    assert _rows(None) == FallRows(_hours(10) - LATE, _hours(10))


def test_rows_of_a_drift_that_ended_before_its_first_fall_are_none_of_the_falls() -> None:
    """The fall is alone by now, and goes on with the drift's incident."""
    assert _rows(None, alone=True) == FallRows(_hours(10) - LATE, _hours(10))


def test_a_fall_that_comes_soon_after_a_drift_has_all_its_rows() -> None:
    """Labels that come after the fall's alert are of rows that the drift began with."""
    assert _rows(None, hours=2) == FallRows(START, _hours(2))


def test_a_fall_that_comes_and_goes_is_one_fall() -> None:
    """Else it would never have the labels to act; after a day it is another."""
    known = FallRows(START, last_seen=START)
    assert _rows(known).since == START
    assert _rows(known, hours=40).since == _hours(34)


def test_a_fall_that_nobody_looked_at_for_days_goes_on() -> None:
    """The relay was down while its alert fired: what came meanwhile is its own."""
    known = FallRows(START, last_seen=START)
    assert _rows(known, hours=100, began=0) == FallRows(START, _hours(100))


def test_a_clock_that_was_wrong_once_holds_no_fall_back() -> None:
    """A fall of next year is none of a while ago."""
    assert _rows(FallRows(START, last_seen=START + 300 * DAY)).since > START


def _drifting(folder: Path, *, late: timedelta = timedelta()) -> tuple[Bench, FakePipelines]:
    """Return a relay with an hour of drift behind it and a label each second."""
    clock = Clock()
    arrivals = FakeArrivals(clock, rate=1.0, lateness=late)
    relay, gitlab = bench(folder, clock=clock, arrivals=arrivals)
    relay.policy = Policy(drift_rows=10_000, fall_rows=300)
    relay.restart()
    relay.worker.step()
    relay.intake.receive(webhook(alert(signal="inputs")))
    relay.run(3600)
    return relay, gitlab


def _fall(relay: Bench) -> None:
    fall = alert(name="AccuracyDrop", signal="labels", started=relay.clock.now)
    relay.intake.receive(webhook(alert(signal="inputs"), fall))


def test_a_fall_that_joins_a_drift_waits_for_labels_of_its_own(tmp_path: Path) -> None:
    """The hour of harmless drift has 3,600; the pipeline learns from what came since the fall."""
    relay, gitlab = _drifting(tmp_path)
    _fall(relay)
    fell = relay.clock.now
    relay.run(120)
    assert gitlab.made == {} and relay.incident()["action"] == "labels"
    assert relay.incident()["fall_since"] == pytest.approx(fell, abs=MINUTE)
    relay.run(400)
    attempt = relay.latest()
    assert len(gitlab.made) == 1 and attempt.rows == pytest.approx(330, abs=60)
    assert attempt.started_at == relay.incident()["fall_since"]
    assert gitlab.inputs[0]["incident_started"].startswith(f"{attempt.started_at:%Y-%m-%dT%H:%M}")


def test_when_the_fall_has_ended_the_drift_has_its_rows_again(tmp_path: Path) -> None:
    """Its 3,600 and those of the fall; what the fall's pipeline would have judged on were few."""
    relay, gitlab = _drifting(tmp_path)
    _fall(relay)
    relay.run(60)
    relay.policy = replace(relay.policy, drift_rows=4000)
    relay.restart()
    ended = {"status": "resolved", "endsAt": relay.clock.now.isoformat()}
    fell = alert(name="AccuracyDrop", signal="labels", started=relay.clock.now)
    relay.intake.receive(webhook(alert(signal="inputs"), fell | ended))
    relay.run(600)
    attempt = relay.latest()
    assert len(gitlab.made) == 1 and attempt.rows == pytest.approx(4000, abs=60)
    assert (attempt.started_at, attempt.signal) == (START, "inputs")


def test_another_fall_acts_on_its_own_first_rows(tmp_path: Path) -> None:
    """The first was tried with 1,200; after two days of drift the next is with 300 again."""
    relay, gitlab = _drifting(tmp_path)
    relay.policy = replace(relay.policy, cooldown=timedelta())
    relay.restart()
    gitlab.statuses = dict.fromkeys(range(1, 5), "success")
    gitlab.verdicts = dict.fromkeys(range(1, 5), AuditEntry(AuditEvent.KEEP, "no difference"))
    _fall(relay)
    relay.run(1500)
    ended = {"status": "resolved", "endsAt": relay.clock.now.isoformat()}
    relay.intake.receive(webhook(alert(name="AccuracyDrop", signal="labels") | ended))
    relay.clock.advance(2 * 86400)
    relay.run(60)
    _fall(relay)
    relay.run(500)
    attempts = relay.incident()["attempts"]
    assert [one["signal"] for one in attempts] == ["labels", "labels", "inputs", "labels"]
    first, second, _, last = [one["rows"] for one in attempts]
    assert (first, last) == (pytest.approx(330, abs=60),) * 2 and second > 1200


def test_the_rows_of_a_fall_survive_a_restart(tmp_path: Path) -> None:
    """They are in the database: the next look does not begin them anew."""
    relay, _ = _drifting(tmp_path)
    _fall(relay)
    relay.run(60)
    since = relay.incident()["fall_since"]
    relay.restart()
    relay.run(120)
    assert since is not None and relay.incident()["fall_since"] == since


def test_a_fall_found_late_has_the_rows_that_labels_come_for_now(tmp_path: Path) -> None:
    """Labels are half an hour late: those that come after the alert are of rows from before it."""
    relay, gitlab = _drifting(tmp_path, late=30 * MINUTE)
    _fall(relay)
    fell = relay.clock.now
    relay.run(60)
    assert relay.incident()["fall_since"] == pytest.approx(fell - 30 * MINUTE, abs=MINUTE)
    assert gitlab.made == {}


def test_a_look_waits_where_nobody_says_how_late_labels_come(tmp_path: Path) -> None:
    """Prometheus is down: the rows stay as they were until it answers."""
    relay, gitlab = _drifting(tmp_path)
    assert isinstance(relay.arrivals, FakeArrivals)
    relay.arrivals.down = True
    _fall(relay)
    relay.run(300)
    assert gitlab.made == {} and relay.incident()["fall_since"] is None


@pytest.mark.parametrize("prometheus", [True, False])
def test_where_nobody_counts_labels_a_fall_learns_from_all_rows_since_the_drift(
    tmp_path: Path, prometheus: bool
) -> None:
    """Its pipeline starts at once, when none has come since the fall: `collect` would refuse."""
    arrivals = FakeArrivals(Clock(), rate=1.0)
    arrivals.known = False
    relay, gitlab = bench(tmp_path, arrivals=arrivals if prometheus else None)
    gitlab.statuses = {1: "success", 2: "success"}
    relay.intake.receive(webhook(alert(signal="inputs")))
    relay.run(60)
    relay.clock.advance(2 * 3600)
    _fall(relay)
    relay.run(60)
    assert len(gitlab.made) == 2 and relay.latest().signal == "labels"
    assert gitlab.inputs[1]["incident_started"] == gitlab.inputs[0]["incident_started"]


def test_how_late_labels_come_is_read_from_the_services_histogram(tmp_path: Path) -> None:
    """Ten labels after 100 s each for eleven after a week: those that come soon say it."""
    past = Past()
    key = {"model": "digits", "version": "1.0.0", "instance": "a:8000"}
    name = "model_feedback_delay_seconds"
    for bound, rate in (("60.0", 0), ("300.0", 100), ("604800.0", 210), ("+Inf", 210)):
        past.counter(f"{name}_bucket", {**key, "le": bound}, [(26, rate)])
    past.counter(f"{name}_count", key, [(26, 210)])
    past.counter(f"{name}_sum", key, [(26, 100 * 100 + 110 * 604_800)])
    within = timedelta(seconds=time.time() - END + 27 * HOUR)
    with remembered(past, tmp_path) as server:
        arrivals = PrometheusArrivals(Prometheus(server.url, timeout=5))
        assert 60 < arrivals.late("digits", within=within).total_seconds() < 300
        assert arrivals.late("news", within=within) == timedelta()


def test_labels_that_all_come_after_one_time_are_that_late(tmp_path: Path) -> None:
    """The mean says it more exactly than their bucket, which goes from one day to two."""
    past = Past()
    key = {"model": "digits", "version": "1.0.0", "instance": "a:8000"}
    name = "model_feedback_delay_seconds"
    for bound, rate in (("86400.0", 0), ("172800.0", 60), ("+Inf", 60)):
        past.counter(f"{name}_bucket", {**key, "le": bound}, [(26, rate)])
    past.counter(f"{name}_count", key, [(26, 60)])
    past.counter(f"{name}_sum", key, [(26, 60 * 144_000)])
    within = timedelta(seconds=time.time() - END + 27 * HOUR)
    with remembered(past, tmp_path) as server:
        arrivals = PrometheusArrivals(Prometheus(server.url, timeout=5))
        found = arrivals.late("digits", within=within)
        assert found.total_seconds() == pytest.approx(144_000, abs=1)


def test_a_prometheus_without_an_answer_is_no_zero() -> None:
    """Where nothing listens, nobody knows."""
    arrivals = PrometheusArrivals(Prometheus("http://127.0.0.1:9", timeout=1))
    with pytest.raises(Unconfirmed, match="the counters of labels"):
        arrivals.late("digits", within=DAY)


@pytest.mark.parametrize(
    ("came", "late"),
    [
        ({"120s": 40, "900s": 500, "3600s": 900}, 120),
        ({"120s": 29, "900s": 40, "3600s": 900}, 900),
        ({"120s": 0, "900s": 3, "3600s": 29}, 86400),
        ({"120s": 0, "900s": 0, "3600s": 0, "86400s": 0}, 0),
    ],
)
def test_the_last_labels_say_how_late_labels_come(came: dict[str, int], late: int) -> None:
    """Thirty of them, for that may have changed together with what they say."""

    def reply(call: Call) -> Reply:
        query = parse_qs(urlsplit(call.target).query)["query"][0]
        (span,) = re.findall(r"\[(\w+)\]", query)
        labels, each = came.get(span, 1000), int(span[:-1])
        value = {"_sum": labels * each, "_buc": each}.get(re.findall("seconds(_...)", query)[0])
        found = [{"metric": {}, "value": [0, str(labels if value is None else value)]}]
        return Reply(200, {"status": "success", "data": {"result": found}})

    with serving(reply) as url:
        arrivals = PrometheusArrivals(Prometheus(url, timeout=5))
        assert arrivals.late("digits", within=DAY).total_seconds() == late
