"""What alerts were worth: by what came of the incidents in which each fired."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitoring.recording import series
from monitoring.relay import evidence
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.policy import Signal
from perennial.metric_names.metric import Metric
from perennial.metric_names.relay import ALERT_INCIDENTS, SIGNAL_INCIDENTS
from tests.monitoring.relay.fakes import DRIFT, FakeEvidence, FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench, bench


@pytest.fixture
def prometheus() -> FakeEvidence:
    """Return a Prometheus in which a drift of one signal fires."""
    return FakeEvidence()


def _counted(relay: Bench, metric: Metric) -> dict[tuple[str, str], float]:
    """Return how many incidents each name and outcome has."""
    _, name, outcome = metric.labels
    return {
        (sample.labels[name], sample.labels[outcome]): sample.value
        for family in relay.registry.collect()
        if family.name == metric.name
        for sample in family.samples
    }


def _judged(
    folder: Path, prometheus: FakeEvidence, *verdicts: AuditEvent
) -> tuple[Bench, FakePipelines]:
    """Return a relay whose pipelines end so, and that has heard of a drift."""
    relay, gitlab = bench(folder, evidence=prometheus)
    for number, verdict in enumerate(verdicts, start=1):
        gitlab.statuses[number] = "success"
        gitlab.verdicts[number] = AuditEntry(verdict, "as the test says")
    relay.intake.receive(webhook(alert(signal="inputs")))
    relay.run(120)
    return relay, gitlab


@pytest.mark.parametrize("verdict", [AuditEvent.PROMOTE, AuditEvent.KEEP, AuditEvent.BLOCK])
def test_an_alert_is_worth_what_the_gate_said(
    verdict: AuditEvent, prometheus: FakeEvidence, tmp_path: Path
) -> None:
    """So is each signal that drifted."""
    relay, _ = _judged(tmp_path, prometheus, verdict)
    assert _counted(relay, ALERT_INCIDENTS) == {("DataDrift", verdict.value): 1}
    assert _counted(relay, SIGNAL_INCIDENTS) == {("contrast", verdict.value): 1}


def test_an_alert_without_a_verdict_is_open_and_then_nothing(
    prometheus: FakeEvidence, tmp_path: Path
) -> None:
    """An incident that ends before its pipeline says anything came to nothing."""
    relay, _ = _judged(tmp_path, prometheus)
    assert _counted(relay, ALERT_INCIDENTS) == {("DataDrift", "open"): 1}
    relay.clock.advance(timedelta(days=2).total_seconds())
    prometheus.alerts = {}
    relay.run(1200)
    assert relay.incident()["action"] == "over"
    assert _counted(relay, ALERT_INCIDENTS) == {("DataDrift", "nothing"): 1}


def test_every_alert_and_signal_of_an_incident_counts_once(
    prometheus: FakeEvidence, tmp_path: Path
) -> None:
    """Those that only Prometheus told of too, and those that are over; after a restart as well."""
    relay, _ = _judged(tmp_path, prometheus, AuditEvent.KEEP)
    prometheus.alerts |= {"AccuracyDrop 1.0.0": Signal.LABELS}
    prometheus.signals = ("colour",)
    relay.run(120)
    prometheus.alerts = {DRIFT: Signal.INPUTS}
    relay.run(120)
    relay.restart()
    alerts, signals = _counted(relay, ALERT_INCIDENTS), _counted(relay, SIGNAL_INCIDENTS)
    assert alerts == {("DataDrift", "keep"): 1, ("AccuracyDrop", "keep"): 1}
    assert signals == {("contrast", "keep"): 1, ("colour", "keep"): 1}
    assert relay.incident()["alerts"] == ["AccuracyDrop", "DataDrift"]


def test_no_pipeline_waits_for_the_names_of_signals(
    prometheus: FakeEvidence, tmp_path: Path
) -> None:
    """They are for the record alone."""
    prometheus.down = True
    relay, gitlab = _judged(tmp_path, prometheus, AuditEvent.PROMOTE)
    assert len(gitlab.made) == 1
    assert _counted(relay, SIGNAL_INCIDENTS) == {}


def test_the_relay_asks_for_what_the_rules_record() -> None:
    """It imports no rules, so it has the name of their series itself."""
    assert evidence.DRIFTED == series.DRIFTED
