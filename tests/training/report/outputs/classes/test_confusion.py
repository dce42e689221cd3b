"""Section 4: who is taken for whom, and the mistakes that the model is surest of."""

from pathlib import Path

import numpy as np

from perennial.kinds.inputs.image import ImageInput
from tests.kinds import TABLE
from tests.training.contests import model, prepare, says
from tests.training.report.made import Artifacts
from training.report.mistakes import as_table
from training.report.outputs.classes.answers import Answers
from training.report.outputs.classes.confident_mistakes import answer_of, confident_mistakes
from training.report.outputs.classes.confusion import MOST_LABELS, section


def test_mistakes_are_counted_against_mains(tmp_path: Path) -> None:
    """New and repaired ones tell what an equal number would hide."""
    artifacts = Artifacts(tmp_path)
    inputs = Answers(artifacts.inputs())
    assert inputs.right_before is not None
    wrong, before = (~inputs.right).sum(), (~inputs.right_before).sum()
    text = section(inputs, artifacts.out)[1]
    assert text.startswith(f"The model gets {wrong} of 400 test rows wrong, main's {before}.")
    assert text.endswith(f"Wrong in both: 0; newly wrong: {wrong}; fixed: {before}.")


def test_the_matrix_and_its_change_are_drawn(tmp_path: Path) -> None:
    """Side by side, so that a change is read with what it changed."""
    artifacts = Artifacts(tmp_path)
    line = section(Answers(artifacts.inputs()), artifacts.out)[2]
    assert "(confusion.png) ![" in line and line.endswith("(confusion-change.png)")
    assert (artifacts.out / "confusion-change.png").is_file()


def test_where_no_answer_changed_no_change_is_drawn(tmp_path: Path) -> None:
    """An empty picture tells nothing."""
    artifacts = Artifacts(tmp_path)
    model(artifacts.champion / "bundle", 2, "1.1.0")
    assert "confusion-change" not in section(Answers(artifacts.inputs()), artifacts.out)[2]


def test_the_worst_labels_come_first_with_their_change(tmp_path: Path) -> None:
    """Five labels by recall: what they are taken for, rows, main's recall, this one's, change."""
    artifacts = Artifacts(tmp_path, fresh=False)
    blocks = section(Answers(artifacts.inputs()), artifacts.out)
    lines = blocks[4].splitlines()[2:]
    recalls = [float(line.split(" | ")[4]) for line in lines]
    assert len(lines) == 5 and recalls == sorted(recalls)
    assert all(line.split(" | ")[3] == "1.000" and "−" in line for line in lines)
    assert blocks[-1].count("\n| `") == 10


def test_many_labels_are_drawn_as_the_most_mistaken(tmp_path: Path) -> None:
    """A matrix of 100 labels is pooled to 20 and the rest; every label stands in the fold."""
    artifacts = Artifacts(tmp_path, labels=[f"label {i}" for i in range(100)], rows=400)
    blocks = section(Answers(artifacts.inputs()), artifacts.out)
    assert blocks[-1].count("\n| `label") == 100
    assert (artifacts.out / "confusion.png").stat().st_size < 200_000
    assert MOST_LABELS == 20


def test_the_surest_mistakes_are_pictures_of_images(tmp_path: Path) -> None:
    """Ten at most, the surest first."""
    artifacts = Artifacts(tmp_path)
    title, picture = confident_mistakes(Answers(artifacts.inputs()), artifacts.out)
    assert title == "**The 10 most confident mistakes**" and picture.endswith("(mistakes.png)")
    assert (artifacts.out / "mistakes.png").is_file()


def test_a_model_without_mistakes_shows_none(tmp_path: Path) -> None:
    """Where all is right there is nothing to look at."""
    artifacts = Artifacts(tmp_path)
    prepare(artifacts.folder / "prepared", base=says(artifacts.new))
    assert confident_mistakes(Answers(artifacts.inputs()), artifacts.out) == []


def test_other_inputs_are_a_table(tmp_path: Path) -> None:
    """A row's first numbers, its label, the answer with its confidence, and main's."""
    artifacts = Artifacts(tmp_path)
    found = Answers(artifacts.inputs())
    assert found.old is not None
    chosen, answers = np.flatnonzero(~found.right)[:2], (
        answer_of(found, found.new),
        answer_of(found, found.old),
    )
    lines = as_table(found.inputs, chosen, figure="confidence", answers=answers).splitlines()
    assert lines[0] == "| input | label | answer | confidence | main's answer | main's confidence |"
    assert len(lines) == 4 and lines[2].startswith("| `")


def test_images_of_many_channels_cannot_be_drawn() -> None:
    """What is neither grey nor of three colours is shown as numbers."""
    drawn = {
        channels: ImageInput(shape=(4, 4, *channels)).pictures(np.zeros((2, 4, 4, *channels)))
        for channels in ((), (1,), (3,), (5,))
    }
    shapes = {channels: None if rows is None else rows.shape for channels, rows in drawn.items()}
    assert shapes == {(): (2, 4, 4), (1,): (2, 4, 4), (3,): (2, 4, 4, 3), (5,): None}


def test_a_row_of_a_table_is_shown_by_names_and_words() -> None:
    """Not by codes: what is missing says so."""
    row = np.array([39, 1, np.nan], np.float32)
    assert TABLE.shown(row) == "age 39, colour green, income missing"
