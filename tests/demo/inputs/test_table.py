"""What can happen to a table follows from its columns and from their rules."""

import pyarrow
import pytest

from demo.inputs.known import demo_input
from demo.shift import Variant, learnable
from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput

KIND = TableInput(
    columns=(
        TimeColumn(name="seen"),
        CategoryColumn(name="work", categories=("Private", "Public"), missing=False),
        NumberColumn(name="hours", low=0, high=100),
        NumberColumn(name="children", low=0, missing=False, whole=True),
        NumberColumn(name="pay", low=0, high=99_999, missing=False, whole=True),
    )
)
ROWS = KIND.to_arrow(
    [
        ["2026-01-01T10:00:00", "Private", 40.0, 2.0, 0.0],
        ["2026-01-02T10:00:00", "Private", None, 1.0, 5178.0],
        [None, "Public", 8.0, 3.0, 14084.0],
    ]
)


def _variants(shift: str) -> list[Variant]:
    """Return the variants of a shift that the rules on rows to train on allow."""
    variants = demo_input(KIND).shifts[shift].variants(ROWS)
    return [one for one in variants if learnable(KIND, ROWS, one.change(ROWS))]


def _changed(variant: Variant) -> pyarrow.Table:
    changed = variant.change(ROWS)
    assert changed.schema == ROWS.schema
    others = [name for name in ROWS.column_names if name != variant.name]
    assert changed.select(others).equals(ROWS.select(others)), "another column changed too"
    return changed


def test_a_frequent_category_gets_a_name_that_no_category_has() -> None:
    """The most frequent one first; all other words stay."""
    first = _variants("renamed")[0]
    assert _changed(first)["work"].to_pylist() == ["private", "private", "Public"]
    assert first.cause == "'private' comes where work was 'Private'"


def test_a_unit_changes_only_where_the_rules_still_hold() -> None:
    """Hours stay within 100; gaps stay gaps, and whole numbers whole."""
    units = {(one.name, tuple(_changed(one)[one.name].to_pylist())) for one in _variants("unit")}
    assert ("hours", (0.4, None, 0.08)) in units
    assert ("hours", (4000.0, None, 800.0)) not in units
    assert ("children", (2000.0, 1000.0, 3000.0)) in units
    assert ("pay", (0.0, 52.0, 141.0)) in units
    assert all(value == int(value) for name, row in units if name != "hours" for value in row)


def test_a_new_form_changes_units_and_names_of_several_columns_at_once() -> None:
    """Of those that allow either; a retrain can win back both, since nothing is lost."""
    assert {variant.name for variant in _variants("form")} == {"work", "hours", "children", "pay"}
    assert demo_input(KIND).shifts["form"].columns > 1


def test_a_column_stops_only_where_gaps_are_allowed() -> None:
    """Hours may be missing; work and children may not, and no retrain could learn that."""
    variants = _variants("stopped")
    assert [one.name for one in variants] == ["hours"]
    assert _changed(variants[0])["hours"].null_count == len(ROWS)


def test_a_column_that_has_gaps_stops_rather_than_one_that_never_fails() -> None:
    """Where none has gaps, any column may stop."""
    kind = TableInput(columns=(NumberColumn(name="a"), NumberColumn(name="b")))
    (shift,) = (shift for name, shift in demo_input(kind).shifts.items() if name == "stopped")

    def stopping(rows: list[list[float | None]]) -> list[str]:
        return [variant.name for variant in shift.variants(kind.to_arrow(rows))]

    assert stopping([[1.0, None], [2.0, 3.0]]) == ["b"]
    assert stopping([[1.0, 4.0], [2.0, 3.0]]) == ["a", "b"]


def test_rows_are_sent_with_their_times_and_gaps() -> None:
    """What is sent is read as the same rows again."""
    sent = demo_input(KIND).instances(ROWS)
    assert sent[2] == {
        "seen": None,
        "work": "Public",
        "hours": 8.0,
        "children": 3.0,
        "pay": 14084.0,
    }
    assert KIND.to_arrow(sent).equals(ROWS)


def test_what_is_sensitive_is_not_sent() -> None:
    """Rows to train on do not have it, and clients may leave it out."""
    kind = TableInput.example()
    assert kind.sensitive
    rows = kind.to_arrow(kind.examples(3, seed=1))
    sent = demo_input(kind).instances(rows)
    assert not any(set(kind.sensitive) & set(row) for row in sent)
    assert kind.to_arrow(sent).equals(rows)


@pytest.mark.parametrize(
    "columns, shifts",
    [
        ((CategoryColumn(name="a", categories=("x",), missing=False),), ["renamed"]),
        ((NumberColumn(name="a", missing=False),), ["unit"]),
        ((NumberColumn(name="a"),), ["unit", "stopped"]),
        ((NumberColumn(name="a", low=0, high=9),), ["unit", "stopped"]),
        ((NumberColumn(name="a", low=1, high=9),), ["stopped"]),
    ],
)
def test_a_shift_needs_a_column_that_it_can_happen_to(
    columns: tuple[NumberColumn | CategoryColumn, ...], shifts: list[str]
) -> None:
    """No category, no other name; no gaps, nothing stops; between two limits, no other unit."""
    assert list(demo_input(TableInput(columns=columns)).shifts) == shifts
