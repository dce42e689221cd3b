"""The log of the train stage is right for any model, with epochs or without."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.machines import FakeMachine
from tests.training.test_models import FakeTracker
from training import params
from training.artifacts.splits import Prepared, Split
from training.models import MODELS
from training.models.model import Fitted, Log
from training.stages.epoch_log import CURVES, EpochLog
from training.stages.train import train

FIGURES = dict.fromkeys(CURVES, 0.5)


@pytest.mark.parametrize(
    ("epochs", "lines"),
    [(3, ["epoch 1/3", "epoch 2/3"]), (None, ["epoch 1", "epoch 2"])],
)
def test_the_model_says_how_many_epochs_there_are(
    epochs: int | None, lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line counts up to the model's own number of epochs, or just counts."""
    log = EpochLog(tmp_path / "history.csv", FakeTracker())
    for _ in lines:
        log.log(FIGURES, epochs=epochs)
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"{line}: accuracy 0.500, validation 0.500" for line in lines]


class FailingModel:
    """A model whose fit raises after one epoch."""

    def fit(self, *rows: object, log: Log, **options: object) -> Fitted:
        """Log an epoch and raise."""
        log(FIGURES)
        raise MemoryError("the machine is full")


def test_the_trackers_run_ends_when_training_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was tracked up to the failure is complete, and the failure is raised."""
    monkeypatch.setitem(MODELS, "linear", FailingModel())
    none = Split(np.empty((0, 8, 8), np.float32), np.empty(0, np.int64), np.empty(0, str))
    numbers = params.load("digits").train.model_copy(update={"model": "linear"})
    tracker, rows = FakeTracker(), Prepared(none, none, none, None)
    with pytest.raises(MemoryError):
        train(rows, numbers, 10, tmp_path, tracker=tracker, machine=FakeMachine())
    assert len(tracker.steps) == 1 and tracker.ended
