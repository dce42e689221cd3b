"""Two relays on one database whose clocks are apart decide as one relay would."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitoring.relay.policy import Policy, Signal
from tests.monitoring.relay.fakes import Clock, FakeArrivals, FakeEvidence, FakePipelines
from tests.monitoring.relay.fakes import alert, webhook
from tests.monitoring.relay.parts import Bench

HOUR = timedelta(hours=1)


class Pair:
    """Two relays in an incident of drift, and a label each second; `late` is behind `early`."""

    def __init__(self, folder: Path, *, apart: float) -> None:
        early, late = Clock(), Clock()
        late.advance(-apart)
        self.clocks = (early, late)
        self.evidence = FakeEvidence()
        self.arrivals = FakeArrivals(early, rate=1.0, lateness=2 * HOUR)
        self.early, self.late = (self._relay(folder, clock) for clock in self.clocks)
        self.early.worker.step()
        self.early.intake.receive(webhook(alert(signal="inputs")))

    def _relay(self, folder: Path, clock: Clock) -> Bench:
        url = f"sqlite:///{folder}/relay.db"
        relay = Bench(
            url, FakePipelines(), clock=clock, evidence=self.evidence, arrivals=self.arrivals
        )
        relay.policy = Policy(drift_rows=100_000, fall_rows=100_000)
        relay.restart()
        return relay

    def run(self, looks: int, *, pause: float = 10) -> None:
        """Let both look in turn."""
        for _ in range(looks):
            for relay in (self.early, self.late):
                self.advance(pause)
                relay.worker.step()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        for clock in self.clocks:
            clock.advance(seconds)

    def look_again(self) -> None:
        """Let the one that is behind look right after the other, as when a pipeline has ended."""
        self.early.worker.step()
        with self.late.store.transaction() as ledger:
            ledger.incidents.look_at_all("digits", self.late.clock.now)
        self.late.worker.step()


@pytest.mark.parametrize("apart", [0, 20, 300])
def test_labels_count_whichever_relay_counts_them(tmp_path: Path, apart: float) -> None:
    """But for those of the minutes in which the incident had not begun, by the clock behind."""
    pair = Pair(tmp_path, apart=apart)
    pair.run(90)
    assert pair.early.incident()["rows"] == pytest.approx(1800 - apart / 2, abs=apart / 2 + 60)


def test_a_fall_that_the_other_relay_saw_a_moment_ahead_goes_on(tmp_path: Path) -> None:
    """Though labels come sooner by now, its rows are those from when it began."""
    pair = Pair(tmp_path, apart=2)
    pair.run(5)
    pair.advance(5 * 3600)
    pair.run(5)
    pair.evidence.alerts = {**pair.evidence.alerts, "AccuracyDrop 1.0.0": Signal.LABELS}
    pair.evidence.since = pair.early.clock.now
    pair.run(60)
    since = pair.early.incident()["fall_since"]
    pair.arrivals.lateness = HOUR
    pair.advance(60)
    pair.look_again()
    assert pair.early.incident()["fall_since"] == since
    assert pair.early.incident()["fall_rows"] > 1000


def test_alerts_that_the_other_relay_missed_a_moment_ahead_may_come_back(tmp_path: Path) -> None:
    """They are away for less than the 15 minutes that end an incident."""
    pair = Pair(tmp_path, apart=2)
    pair.run(10)
    pair.evidence.alerts = {}
    pair.advance(60)
    pair.look_again()
    assert pair.early.incident()["quiet_since"] is not None
    assert pair.early.incident()["ended_at"] is None
