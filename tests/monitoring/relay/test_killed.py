"""The relay is killed before each of its steps: one pipeline starts, and no alert is lost."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.gitlab import Pipeline
from monitoring.relay.tables import connect, engine, metadata
from tests.killing import MOST, NEVER, Changes, Mark, Steps, killed
from tests.monitoring.relay.fakes import START, Clock, FakeArrivals, FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench

DAY = 86_400

# Each life is a process; by day, one engine is enough.
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)]


class KeptPipelines(FakePipelines):
    """Pipelines in a folder, which outlive the process that starts them."""

    def __init__(self, folder: Path, steps: Steps) -> None:
        super().__init__()
        self._folder = folder
        self._steps = steps

    def find(self, name: str) -> Pipeline | None:
        """Return the pipeline of this name."""
        self._steps()
        file = self._folder / name
        return Pipeline(1, "http://gitlab/1", "created") if file.exists() else None

    def trigger(self, inputs: dict[str, str]) -> Pipeline:
        """Start a pipeline; a second one of a name is an error."""
        self._steps()
        (self._folder / f"retrain {inputs['task']} {inputs['incident']}").touch(exist_ok=False)
        self._steps()
        return Pipeline(1, "http://gitlab/1", "created")


def _life(steps: Steps, url: str, folder: Path, *, day: int, told: bool, seconds: float) -> None:
    """Start a relay, tell it of a day's alert unless that was acknowledged, and let it work."""
    clock = Clock()
    clock.advance(2 * DAY * day)
    relay = Bench(url, KeptPipelines(folder, steps), clock=clock)
    if not told:
        relay.intake.receive(webhook(alert(started=clock.now, version=str(day)), group=str(day)))
        Mark(folder).put()
    relay.run(seconds)


@pytest.mark.parametrize("url", ENGINES, indirect=True)
def test_killed_before_any_step_it_starts_one_pipeline(tmp_path: Path, url: str) -> None:
    """Alertmanager sends again what was not acknowledged, and only that."""
    engine(url).dispose()
    for step in range(1, MOST):
        folder = tmp_path / str(step)
        folder.mkdir()
        if not killed(
            partial(_life, url=url, folder=folder, day=step, told=False, seconds=1), step
        ):
            break
        told = Mark(folder).take()
        assert not killed(
            partial(_life, url=url, folder=folder, day=step, told=told, seconds=90), NEVER
        )
        _check(url, folder, group=str(step))
    assert step > 30


def _check(url: str, folder: Path, group: str) -> None:
    """One incident was accepted and its pipeline runs; then it ends."""
    pipelines = FakePipelines()
    pipelines.statuses[1] = "success"
    relay = Bench(url, pipelines)
    with relay.store.transaction() as ledger:
        incidents, decisions = ledger.audit(10_000)
    (incident,) = [row for row in incidents if row["group_key"] == group]
    mine = [row["decision"] for row in decisions if row["incident"] == incident["id"]]
    (attempt,) = incident["attempts"]
    assert attempt["state"] == "triggered" and attempt["pipeline_id"] == 1
    assert mine.count("accepted") == mine.count("attempt") == 1
    assert mine.count("triggered") + mine.count("adopted") == 1
    assert len(list(folder.glob("retrain *"))) == 1
    relay.clock.now = incident["accepted_at"]
    ended = {"status": "resolved", "endsAt": relay.clock.now.isoformat()}
    relay.intake.receive(webhook(alert(started=relay.clock.now, version=group) | ended))
    relay.clock.advance(1000)
    relay.worker.step()
    relay.store.close()


# Seconds in which an incident comes to its end, at so many labels and so short a pause.
LIFE = 370
# What becomes of the attempts of one incident, in their order.
ENDS = (
    AuditEntry(AuditEvent.TOO_FEW, "collect accepted 60 labelled rows"),
    AuditEntry(AuditEvent.KEEP, "no difference"),
    AuditEntry(AuditEvent.PROMOTE, "better"),
)


class KeptClock(Clock):
    """A clock in a file: the next process goes on from where the last one was killed."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._file = folder / "clock"
        if self._file.exists():
            super().advance(float(self._file.read_text()))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        super().advance(seconds)
        self._file.write_text(str((self.now - START).total_seconds()))


class EndedPipelines(KeptPipelines):
    """Pipelines in a folder, each of which has ended when it is looked at."""

    def find(self, name: str) -> Pipeline | None:
        """Return the pipeline of this name, whose number is in its file."""
        self._steps()
        file = self._folder / name
        if not file.exists():
            return None
        number = int(file.read_text())
        return Pipeline(number, f"http://gitlab/{number}", "created")

    def trigger(self, inputs: dict[str, str]) -> Pipeline:
        """Start a pipeline; a second one of a name is an error."""
        self._steps()
        number = len(list(self._folder.glob("retrain *"))) + 1
        file = self._folder / f"retrain {inputs['task']} {inputs['incident']}"
        with file.open("x") as made:
            made.write(str(number))
        self._steps()
        return Pipeline(number, f"http://gitlab/{number}", "created")

    def status(self, pipeline: int) -> str:
        """Return that it has ended."""
        self._steps()
        return "failed" if pipeline == 1 else "success"

    def conclusion(self, pipeline: int, model: str) -> AuditEntry:
        """Return how the attempt of this number ended."""
        self._steps()
        return ENDS[pipeline - 1]


def _whole_life(steps: Steps, url: str, folder: Path, *, told: bool, seconds: float) -> None:
    """Live through an incident whose first pipeline has too few rows, and whose third is better."""
    clock = KeptClock(folder)
    arrivals = FakeArrivals(clock, rate=5)
    relay = Bench(url, EndedPipelines(folder, steps), clock=clock, arrivals=arrivals)
    relay.policy = replace(relay.policy, cooldown=timedelta(minutes=1), growth=2.0)
    relay.patience = replace(relay.patience, poll=60)
    relay.restart()
    relay.worker.step()
    if not told:
        relay.intake.receive(webhook(alert(signal="labels")))
        Mark(folder).put()
    relay.run(seconds)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_killed_before_any_step_of_an_incidents_whole_life(
    tmp_path: Path, engine_name: str, request: pytest.FixtureRequest
) -> None:
    """It waits for labels, is refused for too few, kept, promoted: three pipelines, in order.

    About 230 lives, each killed before or after one thing that it writes.
    """
    for step in range(1, MOST):
        folder = tmp_path / str(step)
        folder.mkdir()
        url = f"sqlite:///{folder / 'relay.db'}"
        if engine_name == "postgresql":
            url = request.getfixturevalue("postgres_url")
            made = connect(url)
            metadata.drop_all(made)
            made.dispose()
        engine(url).dispose()
        life = partial(_whole_life, url=url, folder=folder)
        if not killed(partial(life, told=False, seconds=LIFE), step, counted=Changes):
            break
        told = Mark(folder).take()
        assert not killed(partial(life, told=told, seconds=LIFE + 180), NEVER)
        _check_whole_life(url, folder)
    assert 200 < step < MOST - 1, "it came to its end"


def _check_whole_life(url: str, folder: Path) -> None:
    relay = Bench(url, FakePipelines())
    with relay.store.transaction() as ledger:
        (incident,), decisions = ledger.audit(10_000)
    relay.store.close()
    events = [row["decision"] for row in decisions]
    results = [(one["number"], one["result"]) for one in incident["attempts"]]
    assert results == [(1, "too few"), (2, "keep"), (3, "promote")]
    assert [events.count(end.event.value) for end in ENDS] == [1, 1, 1]
    assert (events.count("accepted"), events.count("attempt")) == (1, 3)
    assert events.count("triggered") + events.count("adopted") == 3
    assert incident["action"] == "deploying"
    assert len(list(folder.glob("retrain *"))) == 3
