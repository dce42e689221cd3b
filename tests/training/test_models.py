"""What every model promises on every task, from prepared rows to a bundle that serves."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from perennial.bundle import Bundle
from perennial.bundle.predictor import Predictor
from tests.training.machines import FakeMachine
from training import params
from training.artifacts.files import read_json, write_json
from training.artifacts.splits import Prepared
from training.errors import ExportRefused, MissingArtifact
from training.models import MODELS
from training.models.cnn import find_device
from training.params import TaskParams
from training.stages.epoch_log import CURVES
from training.stages.evaluate import evaluate
from training.stages.export import check_equal, export
from training.stages.prepare import prepare
from training.stages.train import emphasise, train
from training.tasks import TASKS

pytestmark = pytest.mark.seconds(60)

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)


class FakeTracker:
    """Keeps what it is given; DVCLive keeps git's files open."""

    def __init__(self) -> None:
        self.ended = False
        self.steps: dict[int, Mapping[str, float]] = {}

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Keep the figures."""
        self.steps[step] = figures

    def end(self) -> None:
        """Remember that the run has ended."""
        self.ended = True


@dataclass(frozen=True)
class Trained:
    """A task's folder of artifacts after all four stages, with few epochs."""

    task: str
    model: str
    folder: Path
    prepared: Prepared
    numbers: TaskParams
    tracker: FakeTracker
    bundle: Bundle

    def predictions(self) -> dict[str, np.ndarray]:
        """Return the framework's own calibrated probabilities."""
        with np.load(self.folder / "model" / "predictions.npz") as file:
            return dict(file)


def quick(task: str, model: str, precision: str = "float32") -> TaskParams:
    """Return the task's numbers with another model, and small ones for speed."""
    document = params.load(task).model_dump()
    document["train"] |= {"model": model, "precision": precision}
    document["train"]["cnn"] |= {"epochs": 2, "filters": 8}
    return TaskParams.model_validate(document)


def train_again(prepared: Prepared, task: str, numbers: TaskParams, out: Path) -> FakeTracker:
    """Run the train stage into a folder of its own and return what the tracker was given."""
    out.mkdir(parents=True)
    tracker, classes = FakeTracker(), len(TASKS[task].labels)
    train(prepared, numbers.train, classes, out, tracker=tracker, machine=FakeMachine())
    return tracker


def all_stages(folder: Path, task: str, model: str, precision: str = "float32") -> Trained:
    """Run all four stages in a folder."""
    numbers = quick(task, model, precision)
    prepared = prepare(TASKS[task], numbers.prepare, folder / "none.parquet")
    prepared.write(folder / "prepared", TASKS[task].labels)
    tracker = train_again(prepared, task, numbers, folder / "model")
    with np.load(folder / "model" / "predictions.npz") as file:
        document = evaluate(TASKS[task].labels, prepared, file["test"])
    (folder / "metrics").mkdir()
    write_json(folder / "metrics" / "metrics.json", {"training_seconds": 1.0, **document})
    bundle = export(task, folder, numbers.export, commit="0123abc", data="d1", now=NOW)
    return Trained(task, model, folder, prepared, numbers, tracker, bundle)


@pytest.fixture(
    scope="module",
    params=[(task, model) for task in TASKS for model in MODELS],
    ids=lambda pair: "-".join(pair),
)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Every model trained on every task."""
    task, model = request.param
    return all_stages(tmp_path_factory.mktemp(f"{task}-{model}"), task, model)


def test_the_bundle_predicts_what_the_framework_predicted(trained: Trained) -> None:
    """On every held-out row, loaded as the service loads it, within 1e-4."""
    predictor, expected = Predictor(trained.bundle), trained.predictions()
    for name in ("validation", "test"):
        rows = trained.prepared.split(name).inputs
        assert np.abs(predictor.predict(rows) - expected[name]).max() < 1e-4


def test_any_number_of_rows_is_taken(trained: Trained) -> None:
    """One row alone gets the answer that it gets in a batch; there is one input and one output."""
    session = onnxruntime.InferenceSession(
        str(trained.bundle.model), providers=["CPUExecutionProvider"]
    )
    assert len(session.get_inputs()) == len(session.get_outputs()) == 1
    assert session.get_inputs()[0].shape[1:] == list(trained.prepared.test.inputs.shape[1:])
    predictor, rows = Predictor(trained.bundle), trained.prepared.test.inputs[:7]
    alone = np.concatenate([predictor.predict(rows[i : i + 1]) for i in range(7)])
    assert alone == pytest.approx(predictor.predict(rows), abs=1e-5)


def test_probabilities_are_probabilities(trained: Trained) -> None:
    """They are float32, between 0 and 1, and sum to 1, for inputs out of the usual range too."""
    rows = np.concatenate([trained.prepared.test.inputs[:50], trained.prepared.test.inputs * 100])
    found = Predictor(trained.bundle).predict(rows)
    assert found.dtype == np.float32 and found.shape[1] == len(TASKS[trained.task].labels)
    assert found.min() >= 0 and found.sum(axis=1) == pytest.approx(np.ones(len(rows)), abs=1e-4)


def test_a_model_learns(trained: Trained) -> None:
    """Even with few epochs it is far better than guessing."""
    correct = trained.predictions()["test"].argmax(axis=1) == trained.prepared.test.labels
    assert correct.mean() > 5 / len(TASKS[trained.task].labels)


def test_the_curves_are_kept(trained: Trained) -> None:
    """One line per epoch with accuracy and loss of both splits; the tracker gets them too."""
    with (trained.folder / "model" / "history.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == (trained.numbers.train.cnn.epochs if trained.model == "cnn" else 1)
    assert set(lines[0]) == {"epoch", *CURVES}
    assert all(0 <= float(line["val_accuracy"]) <= 1 for line in lines)
    given = {int(line["epoch"]): {name: float(line[name]) for name in CURVES} for line in lines}
    assert trained.tracker.steps == given and trained.tracker.ended


def test_the_same_seed_gives_the_same_figures(trained: Trained, tmp_path: Path) -> None:
    """Trained once more, every probability is the same to the last bit."""
    train_again(trained.prepared, trained.task, trained.numbers, tmp_path / "again")
    with np.load(tmp_path / "again" / "predictions.npz") as again:
        assert all((again[name] == values).all() for name, values in trained.predictions().items())


def test_what_training_cost_is_kept(trained: Trained) -> None:
    """Time, processor, memory, energy, device and precision stand in training.json."""
    facts = read_json(trained.folder / "model" / "training.json")
    cost = facts["cost"]
    assert cost["wall_seconds"] == facts["seconds"] > 0
    assert cost["cpu_seconds"] == 2 * cost["wall_seconds"] and cost["memory_peak_bytes"] == 1000
    watts = trained.numbers.train.watts_per_core
    assert cost["energy_joules_estimate"] == pytest.approx(watts * cost["cpu_seconds"])
    assert (cost["device"], cost["precision"], cost["gpu"]) == ("cpu", "float32", None)


def test_mixed_precision_is_exported_as_float32(tmp_path: Path) -> None:
    """Trained in float16, on the CPU too, it learns, and the bundle's parity holds without it."""
    mixed = all_stages(tmp_path, "digits", "cnn", "mixed_float16")
    expected = mixed.predictions()["test"]
    found = Predictor(mixed.bundle).predict(mixed.prepared.test.inputs)
    assert np.abs(found - expected).max() < 1e-4
    assert (expected.argmax(axis=1) == mixed.prepared.test.labels).mean() > 0.5
    graph = onnx.shape_inference.infer_shapes(onnx.load(mixed.bundle.model)).graph
    tensors = [value.type.tensor_type.elem_type for value in graph.value_info]
    assert onnx.TensorProto.FLOAT in tensors and onnx.TensorProto.FLOAT16 not in tensors
    cost = read_json(tmp_path / "model" / "training.json")["cost"]
    assert (cost["device"], cost["precision"]) == ("cpu", "mixed_float16")


class FakeTensorFlow:
    """Stands in for TensorFlow on a machine with so many GPUs."""

    def __init__(self, gpus: int) -> None:
        self.gpus = [f"GPU:{number}" for number in range(gpus)]
        self.growing: list[str] = []
        self.short_products = True
        self.config = self.experimental = self

    def list_physical_devices(self, kind: str) -> list[str]:
        """Return the devices of a kind."""
        return self.gpus if kind == "GPU" else ["CPU:0"]

    def set_memory_growth(self, gpu: str, grows: bool) -> None:
        """Remember which GPU takes only the memory that it needs."""
        self.growing += [gpu] if grows else []

    def enable_tensor_float_32_execution(self, enabled: bool) -> None:
        """Remember whether products may be of 10 bits."""
        self.short_products = enabled


@pytest.mark.parametrize(("gpus", "device"), [(0, "cpu"), (1, "gpu"), (2, "gpu")])
def test_a_gpu_is_found_and_set_up(gpus: int, device: str) -> None:
    """It takes the memory that it needs, so that the peak means something, and multiplies whole."""
    tensorflow = FakeTensorFlow(gpus)
    assert find_device(tensorflow) == device
    assert tensorflow.growing == tensorflow.gpus and not tensorflow.short_products


def test_the_manifest_says_where_the_model_comes_from(trained: Trained) -> None:
    """Version, commit, data, framework, and every metric with its rows."""
    manifest = trained.bundle.manifest
    assert (manifest.commit, manifest.data_version) == ("0123abc", "d1")
    assert manifest.version == trained.numbers.export.version and manifest.created == NOW
    assert manifest.framework == {"cnn": "tensorflow", "linear": "scikit-learn"}[trained.model]
    assert manifest.metrics["base_accuracy"].size == len(trained.prepared.test.labels)
    assert f"# {trained.task} {manifest.version}" in trained.bundle.card
    assert "## Use" in trained.bundle.card and manifest.framework_version in trained.bundle.card


def test_a_bundle_that_predicts_something_else_is_refused(trained: Trained) -> None:
    """The message names the row, how far it is off, and the limit."""
    rows, expected = trained.prepared.test.inputs, trained.predictions()["test"].copy()
    expected[5] = np.roll(expected[5], 1)
    with pytest.raises(ExportRefused, match="test row 5 differs by .*, expected at most 0.0001"):
        check_equal(trained.bundle, rows, expected, 1e-4)


def test_export_wants_the_earlier_stages(tmp_path: Path) -> None:
    """Without them it names the file that is missing."""
    numbers = params.load("digits").export
    with pytest.raises(MissingArtifact, match="train.npz: not found; run 'dvc repro'"):
        export("digits", tmp_path, numbers, commit="0123abc", data="d1", now=NOW)


def test_rows_of_the_latest_incident_are_shown_more_often() -> None:
    """Three times where the number says three; older incidents and base rows once."""
    prepared = prepare(TASKS["digits"], params.load("digits").prepare, Path("none.parquet"))
    source = prepared.train.source.astype("U12")
    source[:5], source[5:9] = "new", "old"
    marked = type(prepared.train)(prepared.train.inputs, prepared.train.labels, source)
    shown = emphasise(Prepared(marked, prepared.validation, prepared.test, "new"), 3)
    assert (shown.source == "new").sum() == 15 and (shown.source == "old").sum() == 4
    assert len(shown.labels) == len(source) + 10
