"""Equal rows of a table are data: all are collected and trained on, whatever their labels."""

from itertools import product
from pathlib import Path

import numpy as np
import orjson

from perennial.kinds.columns import CategoryColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.perennial.kinds.toys.amount import AmountOutput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows, read_feedback
from training.artifacts.splits import SPLITS, Prepared, Split
from training.feedback.file import append, collected_before
from training.feedback.labelled import LabelledPrediction
from training.feedback.rows import LabelledRows, read_rows
from training.feedback.selection import CollectedBefore, select_new
from training.task.schema import Schema
from training.task.task import Rows
from training.validation.repeats import least_losses
from training.validation.task_data import validate

VALUES = ("low", "some", "more", "high")
KIND = TableInput(
    columns=tuple(CategoryColumn(name=name, categories=VALUES) for name in ("one", "two", "three"))
)
OUTPUT = ClassesOutput(labels=("no", "yes"))
INPUTS = list(product(VALUES, repeat=3))
ROWS, NOISE, INCIDENT = 2000, 0.2, "0123456789ab"


def made(seed: int) -> tuple[list[list[str]], list[str]]:
    """Return rows of 64 different inputs with their labels, a fifth of which are wrong."""
    random = np.random.default_rng(seed)
    rows = [list(INPUTS[at]) for at in random.integers(0, len(INPUTS), ROWS)]
    truth = np.array([row[0] in VALUES[:2] for row in rows])
    noisy = truth ^ (random.random(ROWS) < NOISE)
    return rows, [OUTPUT.labels[int(label)] for label in noisy]


def task(schema: Schema = Schema()) -> Altered:
    """Return a task of such rows."""
    rows, labels = made(1)
    return Altered(Rows(KIND.to_arrow(rows), labels), KIND, OUTPUT, schema)


def labelled(seed: int) -> LabelledRows:
    """Return as many labelled predictions."""
    rows, labels = made(seed)
    at = "2026-11-21T10:00:00.000000+00:00"
    stored = (
        LabelledPrediction(f"{seed}p{number}", at, orjson.dumps(row).decode(), label)
        for number, (row, label) in enumerate(zip(rows, labels, strict=True))
    )
    return read_rows(stored, KIND, OUTPUT)


def test_all_are_collected_once(tmp_path: Path) -> None:
    """No row contradicts another one; a prediction that was collected is not collected again."""
    file = tmp_path / "feedback.parquet"
    new = select_new(labelled(2), CollectedBefore(), kind=KIND)
    assert str(new) == (
        "2000 new of 2000 labelled rows read: 0 collected before, 0 repeats, 0 with contradicting "
        "labels for 0 inputs"
    )
    assert append(file, KIND, new.rows, INCIDENT) == ROWS
    before = collected_before(task(), file)
    assert str(select_new(labelled(2), before, kind=KIND)).startswith("0 new of 2000 labelled")
    assert len(select_new(labelled(3), before, kind=KIND).rows) == ROWS


def test_all_are_valid_and_say_how_good_no_model_can_be(tmp_path: Path) -> None:
    """The share of repeats, and that of other labels with the accuracy that they leave."""
    file = tmp_path / "feedback.parquet"
    append(file, KIND, labelled(2), INCIDENT)
    found = validate(task(), NUMBERS.prepare, file)
    said = [str(finding) for finding in found.warnings]
    assert not found.broken
    assert said[0].startswith(
        "base.input: no duplicates (64 inputs are different; each row is split by itself): 1936 "
        "of 2000 rows failed: row "
    )
    assert said[1].startswith("all.label: one label for equal rows (on these rows no model has ")
    best = float(said[1].partition("accuracy over ")[2].partition(")")[0])
    assert 0.78 < best < 0.83


def test_a_task_may_still_refuse_them(tmp_path: Path) -> None:
    """Where repeats are a fault of the data, its schema says how many are allowed."""
    found = validate(task(Schema(most_duplicates=0.1)), NUMBERS.prepare, tmp_path / "none.parquet")
    assert str(found.broken[0]).startswith("base.input: at most 10.00% duplicates: 1936 of 2000")


def split(file: Path) -> Prepared:
    """Return the splits of the task's rows and the collected ones."""
    made_of = task()
    base = Split.of_base(made_of, made_of.load())
    return arrange(base, read_feedback(made_of, file), NUMBERS.prepare)


def test_where_nearly_all_repeat_each_row_is_split_by_itself(tmp_path: Path) -> None:
    """Every row is in one split, and each split has about all of the inputs."""
    file = tmp_path / "feedback.parquet"
    append(file, KIND, labelled(2), INCIDENT)
    prepared = split(file)
    seen = [set(prepared.split(name).identities.tolist()) for name in SPLITS]
    assert sum(len(prepared.split(name).labels) for name in SPLITS) == 2 * ROWS
    assert sum(map(len, seen)) == len(set.union(*seen)) == 2 * ROWS
    inputs = {name: len(set(prepared.split(name).contents.tolist())) for name in SPLITS}
    assert inputs["train"] == inputs["test"] == 64 and inputs["validation"] > 55
    for source, share in (("base", NUMBERS.prepare.test), (INCIDENT, NUMBERS.prepare.fresh_test)):
        assert abs((prepared.test.source == source).sum() / ROWS - share) < 0.03


def test_rows_keep_their_split_when_more_are_collected(tmp_path: Path) -> None:
    """A base test row never becomes a training row, whatever is collected later."""
    file = tmp_path / "feedback.parquet"
    before = split(file)
    append(file, KIND, labelled(2), INCIDENT)
    after = split(file)
    for name in SPLITS:
        kept = np.isin(before.split(name).identities, after.split(name).identities)
        assert kept.all()
    after.test.write(tmp_path / "test.parquet")
    again = Split.read(tmp_path / "test.parquet", KIND)
    assert np.array_equal(again.identities, after.test.identities)


def test_a_few_repeats_share_a_split(tmp_path: Path) -> None:
    """Where most rows are different, an equal row may be a copy, and must not test its original."""
    rows, labels = made(1)
    few = Split(
        KIND,
        KIND.to_arrow([*map(list, INPUTS), *rows[:60]]),
        np.zeros(124, np.int64),
        np.full(124, "base"),
    )
    prepared = arrange(few, FeedbackRows.nothing(task()), NUMBERS.prepare)
    contents = [set(prepared.split(name).contents.tolist()) for name in SPLITS]
    assert sum(map(len, contents)) == 64


def test_the_order_of_equal_rows_is_that_of_their_predictions(tmp_path: Path) -> None:
    """So the same rows give the same model, in whatever order they were collected."""
    rows = labelled(2)
    files = [tmp_path / f"{name}.parquet" for name in ("one", "two")]
    append(files[0], KIND, rows, INCIDENT)
    append(files[1], KIND, rows.where(list(range(ROWS))[::-1]), INCIDENT)
    one, two = (read_feedback(task(), file).split for file in files)
    assert np.array_equal(one.labels, two.labels) and one.table.equals(two.table)


def test_the_least_losses_are_those_of_the_best_constant_of_each_input() -> None:
    """Of classes the rarer labels of an input, of numbers the distance from their median."""
    contents = np.array([7, 5, 7, 7, 9], np.uint64)
    lost = least_losses(contents, np.array([1, 0, 1, 0, 0]), OUTPUT)
    assert lost.tolist() == [0, 0, 0, 1, 0]
    amounts = least_losses(contents, np.array([1.0, 5.0, 2.0, 6.0, 9.0]), AmountOutput.example())
    assert amounts[[1, 4]].tolist() == [0, 0] and amounts[2] == 0 < amounts[0] < amounts[3]
