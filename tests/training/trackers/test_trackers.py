"""What every tracker promises, and that no tracker can break training."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from training.errors import BadParameter
from training.trackers import TRACKERS
from training.trackers.choose import DEFAULT, chosen
from training.trackers.guarded import Guarded

FIGURES = {"accuracy": 0.5, "val_loss": 1.25}
PARAMETERS = {"seed": 7, "parameters": {"epochs": 2}}


@pytest.fixture(params=TRACKERS)
def name(request: pytest.FixtureRequest) -> str:
    """Every tracker."""
    tracker: str = request.param
    return tracker


def test_a_run_neither_fails_nor_writes_elsewhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of two steps raises no error, and files are written to the run's folder only."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    run = Guarded(TRACKERS[name], tmp_path / "run", PARAMETERS)
    for step in (1, 2):
        run.log(FIGURES, step=step)
    run.end()
    assert capsys.readouterr().err == ""
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_dvclive_writes_steps_and_parameters(tmp_path: Path) -> None:
    """A file per figure with a line per step, and the parameters beside them."""
    run = TRACKERS["dvclive"](tmp_path / "live", PARAMETERS)
    for step in (1, 2):
        run.log(FIGURES, step=step)
    run.end()
    lines = (tmp_path / "live/plots/metrics/accuracy.tsv").read_text().split()
    assert lines == ["step", "accuracy", "1", "0.5", "2", "0.5"]
    assert "seed: 7" in (tmp_path / "live/params.yaml").read_text()


class Failing:
    """A tracker that raises where it is told to, and counts its calls."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.calls: list[str] = []

    def start(self, folder: Path, parameters: Mapping[str, Any]) -> "Failing":
        """Start a run."""
        self._call("start")
        return self

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record a step."""
        self._call("log")

    def end(self) -> None:
        """End the run."""
        self._call("end")

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name == self.where:
            raise ConnectionError("the server is gone")


@pytest.mark.parametrize(
    ("where", "calls"), [("start", ["start"]), ("log", ["start", "log"]), ("end", None)]
)
def test_a_tracker_that_fails_is_left_out_from_then_on(
    where: str, calls: list[str] | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Training goes on, the problem is printed once, and the tracker is not called again."""
    tracker = Failing(where)
    run = Guarded(tracker.start, tmp_path, {})
    run.log(FIGURES, step=1)
    run.log(FIGURES, step=2)
    run.end()
    assert tracker.calls == (calls or ["start", "log", "log", "end"])
    said = "tracker stopped, training continues: ConnectionError: the server is gone\n"
    assert capsys.readouterr().err == said


def test_the_environment_chooses_the_tracker() -> None:
    """Without TRACKER it is DVCLive; a name that is not known is refused with those that are."""
    assert chosen({}) is chosen({"TRACKER": ""}) is TRACKERS[DEFAULT]
    with pytest.raises(BadParameter, match="TRACKER: got 'mlfow', expected one of dvclive"):
        chosen({"TRACKER": "mlfow"})
