"""Every task keeps the same promises, and says what good rows of it look like."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from demo.workspace import ROOT
from training import params
from training.artifacts.splits import SPLITS, known
from training.stages.prepare import prepare
from training.task.files import data_folder, stages_file
from training.task.schema import Schema
from training.task.stages import stages_of
from training.tasks import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_the_rows_are_as_promised(name: str) -> None:
    """The columns of the declared input, a label each, the same every time."""
    task, rows = TASKS[name], TASKS[name].load()
    assert rows.table.schema.equals(task.input.arrow_schema())
    assert len(rows.table) == len(rows.labels) == len(task.output.truths(known(rows.labels)))
    assert set(rows.labels) >= set(task.output.labels)
    assert rows.held_out is None or rows.held_out.shape == (len(rows.labels),)
    again = task.load()
    assert rows.table.equals(again.table) and rows.labels == again.labels


@pytest.mark.parametrize("name", TASKS)
def test_without_feedback_all_rows_are_base(name: str, tmp_path: Path) -> None:
    """A task's own rows alone: every label of a fixed set in every split, nothing fresh."""
    task = TASKS[name]
    prepared = prepare(task, params.load(name).prepare, tmp_path / "feedback.parquet")
    assert prepared.fresh is None
    for split in map(prepared.split, SPLITS):
        assert set(split.source) == {"base"}
        assert set(split.labels) >= set(range(len(task.output.labels)))
        assert len(split.labels)
        assert split.inputs.dtype == task.input.dtype
        assert split.inputs.shape[1:] == task.input.shape


@pytest.mark.parametrize("name", TASKS)
def test_the_stages_are_those_of_every_task(name: str) -> None:
    """Nobody edited the file that is generated, and git has the folder that stages depend on."""
    written = (ROOT / stages_file(name)).read_text(encoding="utf-8")
    assert written == stages_of(name, TASKS[name].output.headline, ROOT)
    assert any((ROOT / data_folder(name)).iterdir())


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"most_duplicates": 1}, "most_duplicates"),
        ({"least_rows": 0}, "least_rows"),
        ({"uneven": 1}, "uneven"),
        ({"tallest": 2}, "tallest"),
    ],
)
def test_a_schema_that_makes_no_sense_is_refused(numbers: dict[str, float], message: str) -> None:
    """The message names the field."""
    with pytest.raises(ValidationError, match=message):
        Schema.model_validate(numbers)
