"""The real `dvc repro` on bad data: it stops with the message, and everything stays as it was."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from ruamel.yaml import YAML

from tests.training.bad_data import feedback, with_values
from tests.trees import TOY, add_toy
from training.task.files import data_folder, folder, lock_file, stages_file
from training.tasks import TASKS

STAGES = ("validate", "prepare")
LEAK = """
    def load(self) -> Rows:
        rows = self._load()
        held_out = np.arange(len(rows.labels)) >= 1700
        images = self.input.from_arrow(rows.table).copy()
        images[1700:1703] = images[:3]
        return Rows(self.input.arrow_of(images), rows.labels, held_out)

    def _load(self) -> Rows:"""


class Pipeline:
    """A folder with the toy task's first stages, what they need, and later stages' outputs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for package in ("perennial", "training"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(package, root / package, ignore=ignored)
        shutil.copy(".dvcignore", root)
        for task in TASKS:
            shutil.rmtree(root / folder(task))
        add_toy(root)
        yaml, file = YAML(), root / stages_file(TOY)
        stages = yaml.load(file)["stages"]
        yaml.dump({"stages": {name: stages[name] for name in STAGES}}, file)
        self.lock = root / lock_file(TOY)
        self.feedback = root / data_folder(TOY) / "feedback.parquet"
        for name in ("model/model.onnx", "bundle/manifest.json"):
            file = root / "artifacts" / TOY / name
            file.parent.mkdir(parents=True)
            file.write_text("of an earlier run")
        self.dvc("init", "--no-scm", "--quiet")

    def repro(self) -> subprocess.CompletedProcess[str]:
        """Run the stages."""
        return self.dvc("repro", "--all-pipelines")

    def dvc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run DVC here."""
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        return subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def state(self) -> dict[str, bytes]:
        """Return what the stages wrote, and the lock."""
        files = [path for path in (self.root / "artifacts").rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in [*files, self.lock]}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return one whose stages ran on good data."""
    made = Pipeline(tmp_path_factory.mktemp("pipeline"))
    done = made.repro()
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def test_good_data_is_prepared(pipeline: Pipeline) -> None:
    """Findings, then splits; both are in the lock."""
    wrote = {Path(name).name for name in pipeline.state()}
    assert {"findings.json", "train.parquet", "manifest.json", "dvc.lock"} <= wrote
    lock = pipeline.lock.read_text()
    assert "  validate:\n" in lock and "  prepare:\n" in lock


def test_a_bad_feedback_file_stops_the_pipeline(pipeline: Pipeline) -> None:
    """Each broken rule has its line, prepare does not start, no output and no lock changes."""
    before = pipeline.state()
    table = with_values(feedback(), "label", {3: "eleven"})
    table = with_values(table, "prediction_id", {9: "p8"}).drop_columns("observed_at")
    pyarrow.parquet.write_table(table, pipeline.feedback)
    done = pipeline.repro()
    pipeline.feedback.unlink()
    assert done.returncode != 0 and "stages.prepare" not in done.stdout
    assert "InvalidData: toy: 3 rules failed, nothing was written\n" in done.stderr
    for line in (
        "feedback.observed_at: present: 1 of 1 columns failed: absent",
        "feedback.label: one of 10 labels: 1 of 200 rows failed: row 3: eleven",
        "feedback.prediction_id: no duplicates: 1 of 200 rows failed: row 9: p8",
    ):
        assert f"  {line}\n" in done.stderr
    assert "dvc.yaml:validate" in done.stderr and "exited with 2" in done.stderr
    assert pipeline.state() == before


def test_a_leak_in_the_base_rows_stops_the_pipeline(pipeline: Pipeline) -> None:
    """A task whose publishers' test rows stand among its training rows is not prepared."""
    before = pipeline.state()
    file = pipeline.root / folder(TOY) / "task.py"
    good = file.read_text()
    leaking = good.replace("\n    def load(self) -> Rows:", LEAK)
    file.write_text(leaking.replace("least_rows=50", "most_duplicates=0.01"))
    done = pipeline.repro()
    file.write_text(good)
    assert done.returncode != 0 and "stages.prepare" not in done.stdout
    assert "of 97 rows failed: base row " in done.stderr and "test.input: not in" in done.stderr
    assert pipeline.state() == before


def test_after_the_repair_nothing_runs(pipeline: Pipeline) -> None:
    """Back on good data, the stages are as they were: up to date."""
    done = pipeline.repro()
    assert done.returncode == 0 and "Running stage" not in done.stdout
