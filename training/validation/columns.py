"""Rules on the columns of an Arrow table: each present and of its type, none twice, no others.

A sensitive column among the others is named as one: the model may not learn from it.
"""

from collections.abc import Collection, Iterator

import pyarrow

from perennial.kinds.input_kind import InputKind
from training.artifacts.feedback_columns import INPUT
from training.validation.findings import Finding, by_row, of


def check_columns(
    place: str,
    found: pyarrow.Schema,
    expected: pyarrow.Schema,
    *,
    advice: str = "",
    sensitive: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield a finding for each rule on the columns that stand under a place.

    advice: what to do about a column of another type, a clause.
    sensitive: names of columns that training must not have; a rule of their own names them.
    """
    for field in expected:
        column, at = named(place, field.name), found.get_all_field_indices(field.name)
        yield of(column, "present", 1, [] if at else ["absent"], "columns")
        if at:
            got = found.field(at[0]).type
            problem = [] if got == field.type else [f"got {_type(got)}{advice}"]
            yield of(column, f"type {_type(field.type)}", 1, problem, "columns")
    twice = sorted({name for name in found.names if found.names.count(name) > 1})
    kept = [name for name in found.names if name in sensitive]
    others = [name for name in found.names if name not in (*expected.names, *kept)]
    yield of(place, "no column twice", len(found.names), twice, "columns")
    yield of(place, "no unknown columns", len(found.names), others, "columns")
    if sensitive:
        yield of(place, "no sensitive columns", len(found.names), kept, "columns")


def check_values(place: str, kind: InputKind, inputs: pyarrow.Table) -> Iterator[Finding]:
    """Yield a finding for each rule of a kind on its columns, which stand under a place."""
    for check in kind.checks(inputs):
        yield by_row(named(place, check.column), check.rule, check.bad, check.value)


def check_known(
    place: str, kind: InputKind, inputs: pyarrow.Table, known: pyarrow.Table
) -> Iterator[Finding]:
    """Yield a finding for each column on values that none of the known rows has."""
    for check in kind.novel(inputs, known):
        yield by_row(named(place, check.column), check.rule, check.bad, check.value)


def named(place: str, column: str) -> str:
    """Return a column's name in findings; an only column has that of its place.

    >>> named("base.input", "age"), named("base.input", "input")
    ('base.input.age', 'base.input')
    """
    return place if column == INPUT and place.endswith(f".{INPUT}") else f"{place}.{column}"


def _type(found: pyarrow.DataType) -> str:
    return f"list of {found.value_type}" if pyarrow.types.is_list(found) else str(found)
