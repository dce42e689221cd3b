"""Columns of a table that are likely wrong are warnings, a sentence with figures each."""

from pathlib import Path

import numpy as np
import pyarrow
import pytest

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.outputs.number import NumberOutput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered
from training.task.schema import Schema
from training.task.task import Rows
from training.validation.task_data import validate

ROWS = 1000
TABLE = TableInput(
    columns=(
        NumberColumn(name="age"),
        CategoryColumn(name="work", categories=("public", "private")),
    )
)
CLASSES = ClassesOutput(labels=("no", "yes"))
LABELS = ["no", "yes", "yes"] * (ROWS // 3) + ["no"]
AGES = np.random.default_rng(0).permutation(ROWS) / 8.0
WORKS = np.random.default_rng(1).choice(["public", "private"], ROWS).tolist()


def warnings(
    ages: object,
    works: object = WORKS,
    labels: list[str] = LABELS,
    output: OutputKind = CLASSES,
    schema: Schema = Schema(),
) -> list[str]:
    """Return the warnings on the columns of base rows."""
    table = pyarrow.table({"age": ages, "work": works}, schema=TABLE.arrow_schema())
    rows = Rows(table, list(labels))
    findings = validate(Altered(rows, TABLE, output, schema), NUMBERS.prepare, Path("none"))
    return [str(each) for each in findings.warnings if each.column.startswith("base.input.")]


def test_good_columns_have_no_warning() -> None:
    """Ages that are all different, and two kinds of work."""
    assert warnings(AGES) == []


def test_gaps_are_named_with_their_share() -> None:
    """Over a fifth of the rows; the schema of a task may allow more."""
    ages = np.where(np.arange(ROWS) % 4 == 0, np.nan, AGES)
    gaps = [None if np.isnan(age) else age for age in ages]
    rule = "base.input.age: at most 20.0% missing values"
    assert warnings(gaps) == [f"{rule}: 250 of 1000 rows failed: 25.0%"]
    assert warnings(gaps, schema=Schema(most_missing=0.25)) == []


def test_a_column_in_which_nothing_is_known_is_named() -> None:
    """Such as one that an export left empty."""
    found = "base.input.age: a known value: 1 of 1 columns failed: all 1000 rows are missing"
    assert warnings([None] * ROWS) == [found]


def test_numbers_that_float32_cannot_tell_apart_are_a_warning() -> None:
    """Such as seconds since 1970 of the same few minutes: the model gets float32."""
    (found,) = warnings(1.7e9 + AGES)
    assert found.startswith("base.input.age: numbers that the model tells apart: 1 of 1 columns")
    assert "float32 has steps of 128 there, and they differ by 31 on average" in found
    assert warnings(2e5 + AGES) == []


@pytest.mark.parametrize(("other", "named"), [(0, 1000), (1, 999)])
def test_a_column_that_is_always_or_nearly_always_the_same_is_named(other: int, named: int) -> None:
    """The value and how often it is there; missing values do not count."""
    works = ["public"] * named + ["private"] * other
    found = f"1 of 1 columns failed: {named} of 1000 known values are 'public'"
    rule = "base.input.work: no value more than 99.8% of the time"
    assert warnings(AGES, works, schema=Schema(most_alike=0.998)) == [f"{rule}: {found}"]


def test_unknown_categories_are_named_with_their_share_and_counts() -> None:
    """The most frequent ones, as they are in the file."""
    works = [*WORKS[:-30], *["Private"] * 20, *["n/a"] * 10]
    rule = "base.input.work: at most 1.0% unknown categories: 30 of 1000 rows failed"
    assert warnings(AGES, works) == [f"{rule}: 3.0%, such as 'Private' (20), 'n/a' (10)"]


def test_a_column_that_tells_the_label_is_named() -> None:
    """Whatever the relation: here a label is no where an age is whole."""
    ages = np.array([float(at) + (0.5 if label == "yes" else 0) for at, label in enumerate(LABELS)])
    (found,) = warnings(ages % 50, schema=Schema(most_duplicates=0.99))
    start = "base.input.age: does not give the answer away: 1 of 1 columns failed: a row with the "
    assert found == (
        f"{start}nearest value, and nothing else, avoids 100.0% of the loss of always predicting "
        "their most frequent label"
    )


def test_a_column_that_tells_a_number_is_named() -> None:
    """The label is in it in another unit, or as the name of a group."""
    labels = [str(age * 0.9144 + 2) for age in AGES]
    (found,) = warnings(AGES, labels=labels, output=NumberOutput(unit="m"))
    assert found.startswith("base.input.age: does not give the answer away") and "99" in found


def test_a_column_that_helps_is_no_warning() -> None:
    """Nine of ten labels follow from it."""
    yes = np.array(LABELS) == "yes"
    noisy = np.where(np.random.default_rng(2).random(ROWS) < 0.1, ~yes, yes)
    assert warnings(AGES, np.where(noisy, "public", "private").tolist()) == []


@pytest.mark.parametrize(("rows", "said"), [(40, ["5 rows"]), (800, [])])
def test_too_few_rows_to_widen_intervals_by_are_named(rows: int, said: list[str]) -> None:
    """Intervals of 90 % take 9 validation rows; those of classes take none."""
    random = np.random.default_rng(2)
    table = pyarrow.table({"age": AGES[:rows], "work": WORKS[:rows]}, schema=TABLE.arrow_schema())
    found = {}
    for output, labels in (
        (NumberOutput(), [str(number) for number in random.normal(size=rows)]),
        (CLASSES, LABELS[:rows]),
    ):
        task = Altered(Rows(table, list(labels)), TABLE, output, Schema())
        warned_of = validate(task, NUMBERS.prepare, Path("none")).warnings
        found[output.kind] = [str(each) for each in warned_of if "intervals" in each.rule]
    rule = "validation.label: 9 rows or more, without which intervals hold fewer than 90% of labels"
    expected = [f"{rule}: 1 of 1 splits failed: {each}" for each in said]
    assert found == {"number": expected, "classes": []}
