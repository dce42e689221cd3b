"""The relay is killed before each of its steps: one pipeline starts, and no alert is lost."""

from functools import partial
from pathlib import Path

import pytest

from monitoring.relay.gitlab import Pipeline
from monitoring.relay.tables import engine
from tests.killing import MOST, NEVER, Mark, Steps, killed
from tests.monitoring.relay.fakes import Clock, FakePipelines, alert, webhook
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
    clock.advance(DAY * day)
    relay = Bench(url, KeptPipelines(folder, steps), clock=clock)
    if not told:
        relay.intake.receive(webhook(alert(started=clock.now), group=str(day)))
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
    assert step > 20


def _check(url: str, folder: Path, group: str) -> None:
    """One incident was accepted and its pipeline runs."""
    relay = Bench(url, FakePipelines())
    with relay.store.transaction() as ledger:
        incidents, decisions = ledger.audit(10_000)
    relay.store.close()
    (incident,) = [row for row in incidents if row["group_key"] == group]
    mine = [row["decision"] for row in decisions if row["incident"] == incident["id"]]
    assert incident["state"] == "triggered" and incident["pipeline_id"] == 1
    assert mine.count("accepted") == 1
    assert mine.count("triggered") + mine.count("adopted") == 1
    assert len(list(folder.glob("retrain *"))) == 1
