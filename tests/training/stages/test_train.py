"""The log of the train stage is right for any model, with epochs or without."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from perennial.kinds.columns import NumberColumn
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.number import NumberOutput
from tests.splits import split
from tests.toy.numbers import NUMBERS
from tests.toy.task import TASK
from tests.training.bad_data import Altered, good
from tests.training.fake_tracker import FakeTracker
from tests.training.machines import FakeMachine
from training.artifacts.splits import Prepared, Split
from training.errors import BadParameter
from training.model import found
from training.model.figures import figures
from training.model.model import Fitted, Log, Model, Rows
from training.model.parameters import Parameters
from training.models.linear import Linear, LinearParameters
from training.stages import train as stage
from training.stages.epoch_log import EpochLog
from training.stages.train import train
from training.task.task import Rows as TaskRows
from training.tasks import TASKS

FIGURES = dict.fromkeys(figures("accuracy"), 0.5)


@pytest.mark.parametrize(
    ("epochs", "lines"),
    [(3, ["epoch 1/3: ", "epoch 2/3: "]), (None, [""])],
)
def test_the_model_says_how_many_epochs_there_are(
    epochs: int | None, lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line counts up to the model's own number of epochs; without epochs it has no count."""
    log = EpochLog(tmp_path / "history.csv", FakeTracker(), "accuracy")
    for _ in lines:
        log.log(FIGURES, epochs=epochs)
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"{line}accuracy 0.500, validation 0.500" for line in lines]


def test_a_model_that_grows_trees_counts_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the log, and in a column of the history beside the epoch, which DVC's plots read."""
    log = EpochLog(tmp_path / "history.csv", FakeTracker(), "accuracy")
    for trees in (30, 60):
        log.log(FIGURES | {"trees": trees}, epochs=2)
    log.write()
    assert capsys.readouterr().out.splitlines()[1].startswith("60 trees: accuracy 0.500")
    header, _, last = (tmp_path / "history.csv").read_text().splitlines()
    assert header == "epoch,trees,accuracy,loss,val_accuracy,val_loss" and last[:5] == "2,60,"


class NoParameters(Parameters):
    """A model that has none."""


class FailingModel(Model[NoParameters]):
    """A model whose fit raises after one epoch."""

    inputs = frozenset({"image"})
    outputs = frozenset({"classes"})
    Parameters = NoParameters
    trial = NoParameters()

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: NoParameters,
        log: Log,
    ) -> Fitted:
        """Log an epoch and raise."""
        log(FIGURES, epochs=2)
        raise MemoryError("the machine is full")


def test_the_trackers_run_ends_when_training_fails(tmp_path: Path) -> None:
    """What was tracked up to the failure is complete, as a failure, and the error is raised."""
    none = split(np.empty((0, 8, 8), np.float32), np.empty(0, np.int64))
    numbers, tracker = NUMBERS.train, FakeTracker()
    rows, model, machine = Prepared(none, none, none, None), FailingModel(), FakeMachine()
    with pytest.raises(MemoryError):
        train(rows, numbers, TASK, tmp_path, model=model, tracker=tracker, machine=machine)
    assert len(tracker.steps) == 1 and tracker.ended and tracker.failed


def test_a_model_that_does_not_take_the_input_is_not_trained() -> None:
    """The stage ends before it reads a row; the message names the model and the kind."""
    name = next(iter(TASKS))
    tasks = {name: Altered(good().rows(), input=TextInput())}
    with pytest.raises(BadParameter, match="train.model: got .* as input, not text"):
        stage.main([f"--task={name}"], tasks=tasks)


@dataclass(frozen=True)
class Coarse:
    """A fitted model whose answers were rounded to whole numbers."""

    exact: Fitted
    bits: int = 8
    framework: tuple[str, str] = ("none", "1")
    device: str = "cpu"
    precision: str = "float32"

    def values(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Round them."""
        return np.rint(self.exact.values(inputs))

    def write_onnx(self, path: Path) -> None:
        """Write the model as it was."""
        self.exact.write_onnx(path)


class CoarseLinear(Model[LinearParameters]):
    """The linear model, rounded."""

    inputs, outputs = Linear.inputs, Linear.outputs
    Parameters, trial = LinearParameters, Linear.trial

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: LinearParameters,
        log: Log,
    ) -> Coarse:
        """Fit it and round it."""
        return Coarse(Linear().fit(rows, schema, output, parameters, log))


def test_what_rounding_changed_is_recorded(tmp_path: Path) -> None:
    """The headline on validation rows with what is served, and before."""
    kind, output = TableInput(columns=(NumberColumn(name="a"),)), NumberOutput()
    table = kind.to_arrow([[place / 100] for place in range(3000)])
    truths = np.arange(3000) / 100
    rows = Split(kind, table, truths, np.full(3000, "base"))
    train(
        Prepared(rows, rows, rows, None),
        NUMBERS.train,
        Altered(TaskRows(table, [repr(truth) for truth in truths.tolist()]), kind, output),
        tmp_path,
        model=CoarseLinear(),
        tracker=FakeTracker(),
        machine=FakeMachine(),
    )
    found = json.loads((tmp_path / "training.json").read_text())["rounded"]
    assert (found["bits"], found["rows"]) == (8, 1000)
    assert found["exact"] < 0.05 and found["score"] == pytest.approx(0.25, abs=0.05)


def test_scores_are_of_what_the_bundle_answers(tmp_path: Path) -> None:
    """Of seconds since 1970, float32 has every 128th; a score of float64 would promise more."""
    kind, output = TableInput(columns=(NumberColumn(name="a"),)), NumberOutput()
    places = np.arange(300.0)
    truths = 1.7e9 + 20 * places
    table = kind.to_arrow([[place] for place in places.tolist()])
    rows = Split(kind, table, truths, np.full(300, "base"))
    task = Altered(TaskRows(table, [repr(truth) for truth in truths.tolist()]), kind, output)
    train(
        Prepared(rows, rows, rows, None),
        NUMBERS.train,
        task,
        tmp_path,
        model=found.find("linear"),
        tracker=FakeTracker(),
        machine=FakeMachine(),
    )
    with np.load(tmp_path / "predictions.npz") as file:
        for name in ("validation", "test"):
            assert np.array_equal(file[name], file[name].astype(np.float32))
        promised = float(output.losses(file["test"], truths).mean())
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    (answered,) = session.run(None, {session.get_inputs()[0].name: rows.inputs})
    assert promised > 20
    assert promised == pytest.approx(float(output.losses(answered, truths).mean()), rel=0.05)
