"""The log of the train stage is right for any model, with epochs or without."""

from pathlib import Path

import pytest

from tests.training.test_models import FakeTracker
from training.stages.epoch_log import CURVES, EpochLog

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
