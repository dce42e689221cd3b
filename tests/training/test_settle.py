"""What a merge of a newer version leaves to do in a fork's tasks."""

from pathlib import Path

import pytest

from tests.toy.numbers import FILE
from tests.toy.task import TASK
from tests.trees import TOY
from training import params, settle
from training.task.creation import SKELETON
from training.task.files import params_file

LACKED = ("  most_share: ", "  least_of_source: ", "  disagreement: ", "  least_trusted: ")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with the parameters of the toy task."""
    (tmp_path / params_file(TOY)).parent.mkdir(parents=True)
    (tmp_path / params_file(TOY)).write_text(FILE.read_text())
    return tmp_path


def test_numbers_that_a_task_lacks_come_from_a_new_task(root: Path) -> None:
    """The file is valid again, keeps its own numbers and comments, and is left alone then."""
    file = root / params_file(TOY)
    lines = file.read_text().splitlines(keepends=True)
    older = "".join(line for line in lines if not line.startswith(LACKED))
    older = older.replace("  least_rows: 100 ", "  least_rows: 77 ")
    file.write_text(older)
    (said,) = settle.settle({TOY: TASK}, root)
    assert said.startswith(f"{params_file(TOY)} got collect.most_share: 0.5, ")
    assert said.endswith("gate.least_trusted: 30, as new tasks have them")
    assert params.load(TOY, file, of=TASK).collect.least_rows == 77
    assert set(older.splitlines()) <= set(file.read_text().splitlines())
    settled = file.read_text()
    assert list(settle.settle({TOY: TASK}, root)) == [] and file.read_text() == settled


def test_what_it_cannot_add_is_named(root: Path) -> None:
    """A model's own parameter, with its field; the other tasks are settled all the same."""
    file = root / params_file(TOY)
    file.write_text(file.read_text().replace("    iterations: 2000 # maximum\n", ""))
    (said,) = settle.settle({TOY: TASK}, root)
    assert (
        said.startswith(f"{TOY} needs a change: ")
        and "train.parameters.iterations: got nothing" in said
    )


def test_a_field_that_both_sides_added_is_named(root: Path) -> None:
    """A merge leaves it there twice, which is no YAML; the file is left as it is."""
    file = root / params_file(TOY)
    file.write_text(twice := file.read_text() + "gate: {}\n")
    (said,) = settle.settle({TOY: TASK}, root)
    assert said.startswith(f"{TOY} needs a change: ") and "duplicate key" in said
    assert file.read_text() == twice


@pytest.mark.parametrize("older", ["", "collect:\n", "gate: {}\n"])
def test_a_block_that_a_task_lacks_comes_with_all_its_fields(older: str) -> None:
    """Whether there is nothing of it, or only its name."""
    text, added = settle.complete(older, "collect:\n  least_rows: 100 # labelled\n")
    assert added == ["collect.least_rows: 100"]
    assert text.endswith("collect:\n  least_rows: 100 # labelled\n")


def test_a_new_task_lacks_nothing() -> None:
    """Its file is returned as it is."""
    text = (SKELETON / "params.yaml").read_text()
    assert settle.complete(text, text) == (text, [])
