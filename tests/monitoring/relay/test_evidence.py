"""An alert counts only where Prometheus itself has it firing: Alertmanager takes any."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.processes import free_port
from monitoring.relay import webhook as webhooks
from monitoring.relay.errors import Unconfirmed
from monitoring.relay.evidence import MOST_SIGNALS, PrometheusAlerts
from monitoring.relay.prometheus import Prometheus as Api
from tests.http_server import Call, Reply, serving
from tests.monitoring.relay.fakes import START, Clock, FakeArrivals, alert, webhook
from tests.monitoring.relay.parts import Bench, bench
from tests.prometheus import Prometheus as RealPrometheus


class Prometheus:
    """Prometheus, with these alerts, started a day before the first of them."""

    def __init__(self) -> None:
        self.started = START - timedelta(days=1)
        self.alerts: list[dict[str, Any]] = []
        self.drifting: list[dict[str, str]] = []
        self.url = ""

    def fire(self, state: str = "firing", **labels: str) -> None:
        """Let an alert be in a state, with some labels changed."""
        found = {"labels": alert()["labels"] | labels, "state": state}
        self.alerts.append(found | {"activeAt": (START - timedelta(minutes=2)).isoformat()})

    def reply(self, call: Call) -> Reply:
        """Answer as its API does."""
        data = {
            "/api/v1/alerts": {"alerts": self.alerts},
            "/api/v1/status/runtimeinfo": {"startTime": self.started.isoformat()},
            "/api/v1/query": {"result": [{"metric": labels} for labels in self.drifting]},
        }
        return Reply(200, {"status": "success", "data": data[call.target.partition("?")[0]]})


@pytest.fixture
def prometheus() -> Iterator[Prometheus]:
    """A Prometheus without alerts."""
    found = Prometheus()
    with serving(found.reply) as found.url:
        yield found


def confirming(prometheus: Prometheus, folder: Path) -> Bench:
    """Return a relay that asks this Prometheus."""
    return asking(prometheus.url, folder)


def asking(url: str, folder: Path) -> Bench:
    """Return a relay that asks the Prometheus of this address."""
    clock = Clock()
    evidence = PrometheusAlerts(Api(url, timeout=5), clock=clock)
    return bench(folder, clock=clock, evidence=evidence)[0]


def forge(relay: Bench, count: int = 4) -> None:
    """Send alerts that nothing raised, each of a version of its own, as the network allows."""
    for number in range(count):
        started = START + timedelta(hours=2 * number)
        relay.intake.receive(webhook(alert(started=started, version=f"9.{number}.0")))
        relay.run(1)
        relay.clock.advance(7200)


def test_forged_alerts_start_nothing_and_use_up_no_budget(
    prometheus: Prometheus, tmp_path: Path
) -> None:
    """The audit says why, and the real alert that follows gets its pipeline."""
    relay = confirming(prometheus, tmp_path)
    forge(relay)
    assert relay.decisions() == ["ignored"] * 4
    assert set(relay.reasons()) == {"Prometheus has no such alert firing"}
    prometheus.fire()
    relay.intake.receive(webhook(alert(started=relay.clock.now)))
    assert relay.decisions()[-1] == "accepted"


def test_without_prometheus_forged_alerts_use_up_the_days_budget(tmp_path: Path) -> None:
    """So it is the confirmation that keeps the budget for real ones."""
    relay, gitlab = bench(tmp_path)
    gitlab.statuses = dict.fromkeys(range(1, 9), "success")
    for number in range(4):
        relay.intake.receive(webhook(alert(started=relay.clock.now, version=f"9.{number}.0")))
        relay.run(60)
        relay.clock.advance(7200)
    relay.intake.receive(webhook(alert(started=relay.clock.now)))
    relay.run(60)
    assert len(gitlab.made) == 3 and relay.incident()["action"] == "budget"


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        ("inactive", {}),
        ("pending", {"model": "news"}),
        ("firing", {"model": "news"}),
        ("firing", {"alertname": "ErrorsHigh"}),
        ("firing", {"version": "0.9.0"}),
    ],
)
def test_only_this_alert_firing_confirms_it(
    state: str, labels: dict[str, str], prometheus: Prometheus, tmp_path: Path
) -> None:
    """Not one of another model, rule or version."""
    relay = confirming(prometheus, tmp_path)
    prometheus.fire(state, **labels)
    relay.intake.receive(webhook(alert()))
    assert relay.decisions() == ["ignored"]


def test_an_alert_that_is_pending_is_asked_for_again(
    prometheus: Prometheus, tmp_path: Path
) -> None:
    """As a real one is after Prometheus started anew: it is late and not lost for an hour."""
    relay = confirming(prometheus, tmp_path)
    prometheus.fire("pending")
    with pytest.raises(Unconfirmed, match="pending in Prometheus") as caught:
        relay.intake.receive(webhook(alert()))
    assert caught.value.status == 503 and relay.decisions() == []
    prometheus.alerts.clear()
    prometheus.fire()
    relay.intake.receive(webhook(alert()))
    assert relay.decisions() == ["accepted"]


def test_a_pending_alert_of_one_model_keeps_no_other_waiting(
    prometheus: Prometheus, tmp_path: Path
) -> None:
    """The sender is asked to send again, and the other has its incident, counted once."""
    relay = confirming(prometheus, tmp_path)
    prometheus.fire("pending")
    prometheus.fire(model="news")
    for _ in range(2):
        with pytest.raises(Unconfirmed, match="pending in Prometheus"):
            relay.intake.receive(webhook(alert(), alert(model="news")))
    assert relay.decisions() == ["accepted", "duplicate"]
    assert relay.incident("news")["action"] == "new"
    assert relay.value("relay_decisions_total", decision="accepted") == 1


def test_a_prometheus_that_just_started_asks_for_the_webhook_again(
    prometheus: Prometheus, tmp_path: Path
) -> None:
    """It has no alerts before its rules have run; five minutes later its word counts."""
    relay = confirming(prometheus, tmp_path)
    prometheus.started = START - timedelta(minutes=4)
    with pytest.raises(Unconfirmed, match="send again") as caught:
        relay.intake.receive(webhook(alert()))
    assert caught.value.status == 503 and relay.decisions() == []
    relay.clock.advance(60)
    relay.intake.receive(webhook(alert()))
    assert relay.decisions() == ["ignored"]


def test_a_real_prometheus_says_when_it_started(tmp_path: Path) -> None:
    """In the way in which the relay reads it."""
    alerts = webhooks.candidates(webhooks.parse(webhook(alert())), ("digits",))
    with RealPrometheus({}, tmp_path) as server:
        clock = Clock()
        clock.now = datetime.now(UTC)
        evidence = PrometheusAlerts(Api(server.url, timeout=5), clock=clock)
        with pytest.raises(Unconfirmed, match="Prometheus: got 'started at "):
            evidence.confirms(alerts[0])
        clock.advance(300)
        assert not evidence.confirms(alerts[0])


@pytest.mark.parametrize(
    "answer", [Reply(500, {}), Reply(200, {"data": {}}), Reply(200, b"<html>")]
)
def test_a_prometheus_that_cannot_be_read_asks_for_the_webhook_again(
    answer: Reply, tmp_path: Path
) -> None:
    """Alertmanager sends again after a 503, so a real alert is late and not lost."""
    with serving(lambda call: answer) as url:
        relay = asking(url, tmp_path)
        with pytest.raises(Unconfirmed, match="RELAY_PROMETHEUS_URL") as caught:
            relay.intake.receive(webhook(alert()))
    assert caught.value.status == 503 and relay.decisions() == []


def test_a_prometheus_that_is_not_there_asks_for_it_too(tmp_path: Path) -> None:
    """With nothing written."""
    relay = asking(f"http://127.0.0.1:{free_port()}", tmp_path)
    with pytest.raises(Unconfirmed):
        relay.intake.receive(webhook(alert()))
    assert relay.decisions() == []


def test_what_resolves_needs_no_confirmation(prometheus: Prometheus, tmp_path: Path) -> None:
    """It starts nothing, and Prometheus no longer has it."""
    relay = confirming(prometheus, tmp_path)
    relay.intake.receive(webhook(alert(status="resolved")))
    assert relay.reasons() == ["resolved"]


@pytest.mark.parametrize("year", [1970, 2020])
def test_an_alert_that_claims_to_be_old_makes_no_old_label_fresh(year: int, tmp_path: Path) -> None:
    """Labels since the incident began are what a retrain learns from: a week's at most."""
    relay, gitlab = bench(tmp_path)
    relay.intake.receive(webhook(alert(started=datetime(year, 1, 1, tzinfo=UTC))))
    assert relay.incident()["started_at"] == START - timedelta(days=7)
    relay.run(1)
    assert gitlab.inputs[0]["incident_started"] == "2026-11-14T08:00:00.000Z"


def test_the_week_is_a_setting_and_without_it_all_labels_would_be_fresh(tmp_path: Path) -> None:
    """Also of decades ago."""
    relay, _ = bench(tmp_path)
    relay.longest = timedelta(days=365 * 100)
    relay.restart()
    relay.intake.receive(webhook(alert(started=datetime(1970, 1, 1, tzinfo=UTC))))
    assert relay.incident()["started_at"] == datetime(1970, 1, 1, tzinfo=UTC)


def test_the_same_old_alert_again_is_the_same_incident(tmp_path: Path) -> None:
    """Its beginning is cut off, not its identity."""
    relay, _ = bench(tmp_path)
    old = webhook(alert(started=datetime(2020, 1, 1, tzinfo=UTC)))
    relay.intake.receive(old)
    relay.clock.advance(60)
    relay.intake.receive(old)
    assert relay.decisions() == ["accepted", "duplicate"]


def test_an_incident_ends_when_prometheus_has_its_alerts_no_more(
    prometheus: Prometheus, tmp_path: Path
) -> None:
    """Though no message says so; a scrape that failed is no end, and silence is no evidence."""
    relay = confirming(prometheus, tmp_path)
    prometheus.fire()
    relay.intake.receive(webhook(alert()))
    relay.run(60)
    firing = list(prometheus.alerts)
    prometheus.alerts.clear()
    relay.run(120)
    assert relay.incident()["ended_at"] is None
    prometheus.alerts.extend(firing)
    relay.run(120)
    assert relay.incident()["quiet_since"] is None
    prometheus.alerts.clear()
    relay.run(1200)
    assert relay.incident()["action"] == "over" and relay.decisions()[-1] == "over"


def test_a_pending_alert_escalates_nothing(prometheus: Prometheus, tmp_path: Path) -> None:
    """It may be gone in a minute; one that fired before keeps its incident alive."""
    relay = confirming(prometheus, tmp_path)
    prometheus.fire(signal="inputs")
    relay.intake.receive(webhook(alert(signal="inputs")))
    prometheus.fire("pending", alertname="AccuracyDrop", signal="labels")
    relay.run(120)
    assert relay.incident()["firing"] == {"DataDrift 1.0.0": "inputs"}
    prometheus.alerts[0]["state"] = "pending"
    relay.run(120)
    assert relay.incident()["quiet_since"] is None


def test_the_signals_that_drift_are_those_of_the_versions(prometheus: Prometheus) -> None:
    """Each by name, once; all versions where none is named."""
    for version, signal in (("1.0.0", "width"), ("1.0.0", "age"), ("0.9.0", "old")):
        prometheus.drifting.append({"version": version, "signal": signal})
    evidence = PrometheusAlerts(Api(prometheus.url, timeout=5), clock=Clock())
    assert evidence.drifting("digits", ("1.0.0",)) == ("age", "width")
    assert evidence.drifting("digits", None) == ("age", "old", "width")


def test_of_many_signals_that_drift_the_first_are_kept(prometheus: Prometheus) -> None:
    """By name; the page of the audit says so."""
    names = [f"c{place:03}" for place in range(MOST_SIGNALS + 5)]
    prometheus.drifting = [{"version": "1.0.0", "signal": name} for name in names]
    evidence = PrometheusAlerts(Api(prometheus.url, timeout=5), clock=Clock())
    assert evidence.drifting("digits", None) == tuple(names[:MOST_SIGNALS])


def test_a_fall_began_when_prometheus_says_so(prometheus: Prometheus, tmp_path: Path) -> None:
    """Not when the relay first looks; a drift that began before is no fall."""
    relay = confirming(prometheus, tmp_path)
    relay.arrivals = FakeArrivals(relay.clock, rate=1.0)
    relay.restart()
    prometheus.fire(signal="inputs")
    relay.intake.receive(webhook(alert(signal="inputs", started=START - timedelta(hours=1))))
    relay.run(60)
    assert relay.incident()["fall_since"] is None
    relay.clock.advance(3600)
    prometheus.fire(alertname="AccuracyDrop", signal="labels")
    relay.run(60)
    assert relay.incident()["fall_since"] == START - timedelta(minutes=2)
