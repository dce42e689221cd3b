"""From prepared rows to a bundle that serves, on every task, with the model that is quickest."""

import csv
import math
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from perennial.bundle import Bundle
from perennial.bundle.manifest import PROMISED_HIGH, PROMISED_LOW
from perennial.bundle.predictor import Predictor
from perennial.kinds.adjustment import TAKEN
from tests.models import quick_numbers
from tests.toy.numbers import NUMBERS
from tests.toy.task import TASK
from tests.training.fake_tracker import FakeTracker
from tests.training.machines import FakeMachine
from training import params
from training.artifacts.files import read_json, write_json
from training.artifacts.splits import Prepared
from training.errors import ExportRefused, MissingArtifact
from training.model import found
from training.model.figures import figures
from training.params import TaskParams
from training.stages.evaluate import evaluate
from training.stages.export import check_equal, export
from training.stages.prepare import prepare
from training.stages.train import emphasise, train
from training.tasks import TASKS

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Trained:
    """A task's folder of artifacts after all four stages."""

    task: str
    folder: Path
    prepared: Prepared
    numbers: TaskParams
    tracker: FakeTracker
    bundle: Bundle

    def predictions(self) -> dict[str, np.ndarray]:
        """Return the framework's own calibrated probabilities."""
        with np.load(self.folder / "model" / "predictions.npz") as file:
            return dict(file)


def train_again(prepared: Prepared, name: str, numbers: TaskParams, out: Path) -> FakeTracker:
    """Run the train stage into a folder of its own and return what the tracker was given."""
    out.mkdir(parents=True)
    tracker, model = FakeTracker(), found.find(numbers.train.model)
    task, machine = TASKS[name], FakeMachine()
    train(prepared, numbers.train, task, out, model=model, tracker=tracker, machine=machine)
    return tracker


@pytest.fixture(scope="module", params=TASKS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Each task's folder after all four stages."""
    name: str = request.param
    folder, task, numbers = tmp_path_factory.mktemp(name), TASKS[name], quick_numbers(name)
    prepared = prepare(task, numbers.prepare, folder / "none.parquet")
    prepared.write(folder / "prepared", task.output.labels)
    tracker = train_again(prepared, name, numbers, folder / "model")
    with np.load(folder / "model" / "predictions.npz") as file:
        document = evaluate(task.output, prepared, file["test"])
    (folder / "metrics").mkdir()
    write_json(folder / "metrics" / "metrics.json", {"training_seconds": 1.0, **document})
    bundle = export(name, folder, numbers.export, commit="0123abc", data="d1", now=NOW)
    return Trained(name, folder, prepared, numbers, tracker, bundle)


def test_the_bundle_predicts_what_the_framework_predicted(trained: Trained) -> None:
    """On every held-out row, loaded as the service loads it, within the tolerance."""
    predictor, expected = Predictor(trained.bundle), trained.predictions()
    for name in ("validation", "test"):
        rows = trained.prepared.split(name).inputs
        assert (
            np.abs(predictor.predict(rows) - expected[name]).max()
            < trained.numbers.export.tolerance
        )


def test_any_number_of_rows_is_taken(trained: Trained) -> None:
    """One row alone gets the answer that it gets in a batch; there is one input and one output."""
    session = onnxruntime.InferenceSession(
        str(trained.bundle.model), providers=["CPUExecutionProvider"]
    )
    assert len(session.get_inputs()) == len(session.get_outputs()) == 1
    predictor, rows = Predictor(trained.bundle), trained.prepared.test.inputs[:7]
    taken = session.get_inputs()[0].shape
    fed = trained.bundle.manifest.input.feed(rows, len(taken))
    assert taken[1:] == list(fed.shape[1:])
    alone = np.concatenate([predictor.predict(rows[i : i + 1]) for i in range(7)])
    assert alone == pytest.approx(predictor.predict(rows), abs=1e-5)


def test_values_have_no_flaw(trained: Trained) -> None:
    """In the eyes of the output's kind, for numbers out of the usual range too."""
    rows, output = trained.prepared.test.inputs, TASKS[trained.task].output
    if rows.dtype == np.float32:
        # A category's code is an index, which no request can make larger.
        columns = TASKS[trained.task].input.modelled
        scale = np.array([1 if column.categories else 100 for column in columns] or 100)
        rows = np.concatenate([rows[:50], rows * scale.astype(np.float32)])
    found = Predictor(trained.bundle).predict(rows)
    assert found.dtype == np.float32 and found.shape == (len(rows), output.width)
    assert not output.flaw(found.astype(np.float64))


def test_the_curves_are_kept(trained: Trained) -> None:
    """A line for each logged step, with headline and loss of both splits; the tracker has them."""
    with (trained.folder / "model" / "history.csv").open() as file:
        lines = list(csv.DictReader(file))
    names = figures(TASKS[trained.task].output.headline)
    assert set(lines[0]) == {"epoch", *names}
    assert all(math.isfinite(float(line[name])) for line in lines for name in names)
    given = {int(line["epoch"]): {name: float(line[name]) for name in names} for line in lines}
    assert trained.tracker.steps == given and trained.tracker.ended


def test_the_same_seed_gives_the_same_figures(trained: Trained, tmp_path: Path) -> None:
    """Trained once more, every calibrated probability is the same to the last bit."""
    train_again(trained.prepared, trained.task, trained.numbers, tmp_path / "again")
    with np.load(tmp_path / "again" / "predictions.npz") as again:
        assert all((again[name] == values).all() for name, values in trained.predictions().items())


def test_what_training_cost_is_kept(trained: Trained) -> None:
    """Time, processor, memory, energy, device and precision stand in training.json.

    The names beside those of the adjustment are the ones that no adjustment may use.
    """
    facts = read_json(trained.folder / "model" / "training.json")
    values, truths = trained.predictions()["validation"], trained.prepared.validation.labels
    assert set(facts) == TAKEN | set(TASKS[trained.task].output.adjustment(values, truths).facts)
    cost = facts["cost"]
    assert cost["wall_seconds"] == facts["seconds"] > 0
    assert cost["cpu_seconds"] == 2 * cost["wall_seconds"] and cost["memory_peak_bytes"] == 1000
    watts = trained.numbers.train.watts_per_core
    assert cost["energy_joules_estimate"] == pytest.approx(watts * cost["cpu_seconds"])
    assert cost["device"] and cost["precision"] and cost["gpu"] is None


def test_the_manifest_says_where_the_model_comes_from(trained: Trained) -> None:
    """Version, commit, data, framework, and every metric with its rows."""
    manifest = trained.bundle.manifest
    assert (manifest.commit, manifest.data_version) == ("0123abc", "d1")
    assert manifest.version == trained.numbers.export.version and manifest.created == NOW
    facts = read_json(trained.folder / "model" / "training.json")
    assert manifest.framework == facts["framework"]
    assert facts["model"] == trained.numbers.train.model
    headline = TASKS[trained.task].output.headline
    assert manifest.metrics[f"base_{headline}"].size == len(trained.prepared.test.labels)
    low, score, high = (
        manifest.metrics[name].value for name in (PROMISED_LOW, f"base_{headline}", PROMISED_HIGH)
    )
    assert low < score < high
    assert f"# {trained.task} {manifest.version}" in trained.bundle.card
    assert "## Use" in trained.bundle.card and manifest.framework_version in trained.bundle.card


def test_a_bundle_that_predicts_something_else_is_refused(trained: Trained) -> None:
    """The message names the row, how far it is off, and the limit."""
    rows, expected = trained.prepared.test.inputs, trained.predictions()["test"].copy()
    expected[5] += 1
    with pytest.raises(ExportRefused, match="test row 5 differs by .*, expected at most 0.0001"):
        check_equal(trained.bundle, rows, expected, 1e-4)


def spoil_a_prediction(model: Path, row: int) -> None:
    """Let the framework have predicted something else for a test row."""
    with np.load(model / "predictions.npz") as file:
        values = dict(file)
    values["test"][row] = values["test"][row] + 1
    np.savez_compressed(model / "predictions.npz", allow_pickle=False, **values)


def spoil_the_model(model: Path) -> None:
    """Write something that is no ONNX."""
    (model / "model.onnx").write_bytes(b"no model")


SPOILT: dict[str, tuple[Callable[[Path], None], str]] = {
    "another prediction": (partial(spoil_a_prediction, row=5), "test row 5 differs by"),
    "another answer to the self-test": (partial(spoil_a_prediction, row=0), "self-test: off by"),
    "no ONNX": (spoil_the_model, "expected an ONNX file"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_refused_bundle_is_not_left_behind(trained: Trained, tmp_path: Path, what: str) -> None:
    """Nor is one of an earlier model, so that no gate, report or deployment takes either."""
    spoil, message = SPOILT[what]
    shutil.copytree(trained.folder, tmp_path / "artifacts")
    spoil(tmp_path / "artifacts" / "model")
    with pytest.raises(ExportRefused, match=f"^model.onnx: {message}") as error:
        export(
            trained.task,
            tmp_path / "artifacts",
            trained.numbers.export,
            commit="0123abc",
            data="d1",
            now=NOW,
        )
    assert "\n" not in str(error.value)
    left = {path.name for path in (tmp_path / "artifacts").iterdir()}
    assert left == {"prepared", "model", "metrics"}


def test_export_wants_the_earlier_stages(tmp_path: Path) -> None:
    """Without them it names the file that is missing."""
    name = next(iter(TASKS))
    numbers = params.load(name).export
    with pytest.raises(MissingArtifact, match="train.parquet: not found; run 'dvc repro -P'"):
        export(name, tmp_path, numbers, commit="0123abc", data="d1", now=NOW)


def test_rows_of_the_latest_incident_are_shown_more_often() -> None:
    """Three times where the number says three; older incidents and base rows once."""
    prepared = prepare(TASK, NUMBERS.prepare, Path("none.parquet"))
    source = prepared.train.source.astype("U12")
    source[:5], source[5:9] = "new", "old"
    marked = replace(prepared.train, source=source)
    rows = emphasise(Prepared(marked, prepared.validation, prepared.test, "new"), 3)
    assert rows.cases is not None and len(rows.train.labels) == len(source) + 10
    assert np.array_equal(rows.train.inputs, marked.inputs[rows.cases])
    times = Counter(source[rows.cases].tolist())
    assert (times["new"], times["old"]) == (15, 4)
