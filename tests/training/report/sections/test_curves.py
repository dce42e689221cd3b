"""Section 3: training curves, main's behind."""

from pathlib import Path

import pytest

from tests.training.report.made import CURVES, Artifacts, trained
from training.errors import MissingArtifact
from training.report.sections.curves import read_history, section


def test_both_trainings_are_drawn_and_told(tmp_path: Path) -> None:
    """Where main's history is known, its last epoch stands beside this one's."""
    artifacts = Artifacts(tmp_path)
    trained(artifacts.champion / "model", epochs=5)
    inputs = artifacts.inputs()
    _, picture, text = section(inputs, artifacts.out)
    assert picture == "![Accuracy and loss by epoch, main in grey](curves.png)"
    assert text.startswith("Here, after 3 epochs: accuracy 0.9000 on training and 0.8000 on valid")
    assert "Main, after 5 epochs: " in text
    assert (artifacts.out / "curves.png").is_file()


@pytest.mark.parametrize("main", [True, False])
def test_a_model_without_epochs_has_no_curves(tmp_path: Path, main: bool) -> None:
    """One line of history is no curve: the figures stand in the text."""
    artifacts = Artifacts(tmp_path, epochs=1)
    if main:
        trained(artifacts.champion / "model", epochs=1)
    blocks = section(artifacts.inputs(), artifacts.out)
    assert "there are no curves" in blocks[1] and "after 1 epoch: accuracy 0.9000" in blocks[2]
    assert not (artifacts.out / "curves.png").exists()


def test_one_epoch_beside_mains_many_is_drawn(tmp_path: Path) -> None:
    """A point among curves shows how far it came."""
    artifacts = Artifacts(tmp_path, epochs=1)
    trained(artifacts.champion / "model", epochs=4)
    section(artifacts.inputs(), artifacts.out)
    assert (artifacts.out / "curves.png").is_file()


def test_trees_are_counted_in_place_of_epochs(tmp_path: Path) -> None:
    """Beside a network, the axis and the sentence name both."""
    artifacts = Artifacts(tmp_path)
    trained(artifacts.champion / "model", epochs=4)
    lines = ["epoch,trees,accuracy,loss,val_accuracy,val_loss", "1,30,0.7,0.4,0.6,0.5"]
    lines.append("2,60,0.9,0.2,0.8,0.3")
    (artifacts.folder / "model" / "history.csv").write_text("\n".join(lines))
    _, picture, text = section(artifacts.inputs(), artifacts.out)
    assert picture == "![Accuracy and loss by trees or epoch, main in grey](curves.png)"
    assert text.startswith("Here, after 60 trees: ") and "Main, after 4 epochs: " in text


def test_curves_need_an_epoch(tmp_path: Path) -> None:
    """A history with a header only is refused like a missing one."""
    file = tmp_path / "history.csv"
    file.write_text(CURVES)
    with pytest.raises(MissingArtifact, match="an epoch"):
        read_history(file)
