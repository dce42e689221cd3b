"""Two relays on one database whose clocks are apart decide as one relay would."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitoring.relay.policy import Policy
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
