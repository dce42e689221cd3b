"""DVCLive's files, written by a process of its own."""

from pathlib import Path

import pytest

from training.trackers.addition import add
from training.trackers.runs import Runs
from training.trackers.spooled import FOLDER, SpooledRun


def test_dvclive_writes_steps_and_parameters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file per figure with a line per step, the parameters beside them, and later scores."""
    run = SpooledRun(
        tmp_path / FOLDER, ["dvclive"], task="digits", parameters={"model": "cnn"}, links={}
    )
    for step in (1, 2):
        run.log({"accuracy": 0.25 * step}, step=step)
    run.end()
    assert run.finish(wait=240) == {"dvclive": ""}
    assert capsys.readouterr().out == f"tracker dvclive: see {tmp_path / FOLDER / 'dvclive'}\n"
    (tmp_path / "model").mkdir()
    Runs(run.name, {}).write(tmp_path / "model")
    add(tmp_path, figures={"test_f1": 0.75}, files=[], wait=240)
    folder = tmp_path / FOLDER / "dvclive"
    lines = (folder / "plots" / "metrics" / "accuracy.tsv").read_text().split()
    assert lines == ["step", "accuracy", "1", "0.25", "2", "0.5"]
    scores = (folder / "plots" / "metrics" / "test_f1.tsv").read_text().split()
    assert scores == ["step", "test_f1", "2", "0.75"]
    assert "model: cnn" in (folder / "params.yaml").read_text()
