"""What every kind of input promises. Each check raises AssertionError where one does not hold."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import TypeAdapter

from perennial.errors import InvalidField, InvalidInput
from perennial.kinds.input_kind import FIELD, InputKind
from perennial.signals import Extraction, Rows

ROWS, SEED = 40, 7
NAME = re.compile("[a-z][a-z0-9_]*")
PSEUDONYM = "0" * 64
# A client may send these, and no kind can store them: half a character has no UTF-8.
UNSTORABLE: tuple[Any, ...] = ("\ud83d", ["\ud83d"], {"\ud83d": "\ud83d"}, [[["\ud83d"]]])


def same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays are equal in shape, type and values, missing ones too."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return np.array_equal(one, other, equal_nan=one.dtype != object)


def check_the_manifest_keeps_it(kind: InputKind) -> None:
    """A schema is the same after it was written as JSON and read again."""
    text = orjson.dumps(kind.model_dump(mode="json"))
    assert TypeAdapter(type(kind)).validate_json(text) == kind


def check_rows_have_its_shape_and_type(kind: InputKind) -> None:
    """As many rows as instances, none of none, each of the shape and type that it names."""
    for count in (0, 1, ROWS):
        rows = kind.read(kind.examples(count, SEED))
        assert rows.shape == (count, *kind.shape) and rows.dtype == kind.dtype


def check_what_is_stored_is_what_was_read(kind: InputKind) -> None:
    """Stored JSON is compact, gives the same row, and is stored as the same JSON again."""
    instances = kind.examples(ROWS, SEED)
    texts = [kind.stored(instance) for instance in instances]
    parsed = [orjson.loads(text) for text in texts]
    assert [orjson.dumps(instance) for instance in parsed] == texts
    assert [kind.stored(instance) for instance in parsed] == texts
    assert same(kind.read(parsed), kind.read(instances))


def check_a_row_can_be_sent_again(kind: InputKind) -> None:
    """The instance made from a row gives that row."""
    rows = kind.read(kind.examples(ROWS, SEED))
    assert same(kind.read([kind.instance(row) for row in rows]), rows)


def check_what_cannot_be_stored_is_refused(kind: InputKind) -> None:
    """The error names the instance, and its sentence can be sent and logged."""
    (good,) = kind.examples(1, SEED)
    for bad in UNSTORABLE:
        try:
            kind.read([good, bad])
        except InvalidInput as error:
            assert error.field.startswith(f"{FIELD}[1]"), error.field
            assert orjson.dumps(error.body())
        else:
            raise AssertionError(f"{bad!r} was read")


def check_sensitive_values_are_not_stored(kind: InputKind) -> None:
    """Stored are their pseudonyms, or nothing, which gives the rows that were sent."""
    instances, asked = kind.examples(ROWS, SEED), set()

    def pseudonym(name: str, value: str) -> str:
        asked.add(name)
        return PSEUDONYM

    parsed = [orjson.loads(kind.stored(each, pseudonym=pseudonym)) for each in instances]
    assert same(kind.read(parsed), kind.read(instances))
    for name, done in kind.sensitive.items():
        assert (name in asked) == (done == "hash")
        kept = [each[name] for each in parsed if name in each]
        assert set(kept) <= {PSEUDONYM, None} and (done == "hash" or not kept)
        assert not any(name in orjson.loads(kind.stored(each)) for each in instances)


def check_sensitive_values_are_not_learned(kind: InputKind) -> None:
    """Arrow has no column of them, and no instance that is made from a row has any."""
    instances = kind.examples(ROWS, SEED)
    assert not set(kind.sensitive) & set(kind.to_arrow(instances).column_names)
    if kind.sensitive:
        assert not set(kind.sensitive) & set(kind.instance(kind.read(instances)[0]))


def check_sensitive_values_are_not_repeated(kind: InputKind) -> None:
    """What is said of a wrong one names it, and has nothing of what was sent."""
    (good,) = kind.examples(1, SEED)
    for name in kind.sensitive:
        try:
            kind.read([{**good, name: ["somebody"]}])
        except InvalidInput as error:
            assert name in error.field and "somebody" not in str(error), error
        else:
            raise AssertionError(f"{name!r} was read from a list")


def check_arrow_gives_the_same_rows(kind: InputKind) -> None:
    """Through Arrow and Parquet, from what was sent or what was stored, rows stay what they are."""
    import pyarrow.parquet

    instances = kind.examples(ROWS, SEED)
    table = kind.to_arrow(instances)
    assert table.schema.equals(kind.arrow_schema()) and len(table) == ROWS
    assert table.equals(kind.to_arrow([orjson.loads(kind.stored(each)) for each in instances]))
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    again = pyarrow.parquet.read_table(file)
    assert same(kind.from_arrow(again), kind.read(instances))
    assert same(kind.identities(again), kind.identities(table))
    assert len(kind.to_arrow([])) == len(kind.from_arrow(table[:0])) == 0


def check_rows_of_arrays_travel_too(kind: InputKind) -> None:
    """A table made of rows gives these rows."""
    for count in (0, ROWS):
        rows = kind.read(kind.examples(count, SEED))
        assert same(kind.from_arrow(kind.arrow_of(rows)), rows)


def check_a_wrong_column_is_named(kind: InputKind) -> None:
    """A column that is missing, renamed, of another type or twice is refused by its name."""
    import pyarrow

    table = kind.to_arrow(kind.examples(3, SEED))
    for at, name in enumerate(table.column_names):
        other = pyarrow.array([[True]] * len(table))
        wrong = {
            "missing": table.drop_columns([name]),
            "renamed": table.rename_columns(
                [f"{each}_" * (each == name) or each for each in table.column_names]
            ),
            "of another type": table.set_column(at, name, other),
            "twice": table.append_column(name, table.column(name)),
        }
        for what, changed in wrong.items():
            try:
                kind.from_arrow(changed)
            except InvalidField as error:
                assert name in error.field, error
            else:
                raise AssertionError(f"a table with the column {name!r} {what} was read")
    extra = table.append_column("label", pyarrow.array(["x"] * len(table)))
    assert same(kind.from_arrow(extra), kind.from_arrow(table))


def check_identities_tell_rows_apart(kind: InputKind) -> None:
    """Equal rows have equal identities, others have others, whatever rows are beside them."""
    instances = kind.examples(ROWS, SEED)
    found = kind.identities(kind.to_arrow(instances))
    twice = kind.identities(kind.to_arrow([*instances[::-1], *instances]))
    assert found.dtype == np.uint64 and found.shape == (ROWS,)
    assert same(twice, np.concatenate([found[::-1], found]))
    rows = kind.read(instances)
    for one, other in zip(range(ROWS), range(1, ROWS), strict=False):
        if found[one] == found[other]:
            assert same(rows[one : one + 1], rows[other : other + 1])
    assert len(set(found.tolist())) > ROWS / 2


def check_its_time_orders_rows_and_is_none_of_their_content(kind: InputKind) -> None:
    """It is a column of UTC times, if there is any; rows that differ in it alone are equal."""
    import pyarrow

    table = kind.to_arrow(kind.examples(ROWS, SEED))
    assert kind.repeats in (False, True)
    if kind.time is None:
        return
    place, column = table.schema.get_field_index(kind.time), pyarrow.timestamp("us", tz="UTC")
    assert table.schema.field(place).type == column
    undated = table.set_column(place, table.schema.field(place), pyarrow.nulls(ROWS, column))
    assert same(kind.identities(undated), kind.identities(table))


def check_rules_mark_rows(kind: InputKind) -> None:
    """Each rule is on a column, has an answer for every row, and says what is wrong in one."""
    table = kind.to_arrow(kind.examples(ROWS, SEED))
    seen = set()
    for check in kind.checks(table):
        assert check.column in table.column_names and check.rule
        assert check.bad.shape == (ROWS,) and check.bad.dtype == np.bool_
        assert all(str(check.value(int(row))) for row in np.flatnonzero(check.bad))
        seen.add((check.column, check.rule))
    assert len(seen) == len(list(kind.checks(table)))
    assert {(check.column, check.rule) for check in kind.checks(table[:0])} == seen


def check_columns_that_are_modelled_have_a_value_each(kind: InputKind) -> None:
    """Where values have names, these are those of columns, and codes are of their categories."""
    table = kind.to_arrow(kind.examples(ROWS, SEED))
    names = [column.name for column in kind.modelled]
    assert set(names) <= set(table.column_names) and len(set(names)) == len(names)
    assert not names or kind.shape == (len(names),)
    for column, codes in zip(kind.modelled, kind.from_arrow(table).T if names else (), strict=True):
        if column.categories is not None:
            assert set(codes[~np.isnan(codes)]) <= set(range(len(column.categories) + 1))


def check_rows_that_are_known_are_not_novel(kind: InputKind) -> None:
    """A row among the known ones breaks no rule, and every rule has an answer for every row."""
    table = kind.to_arrow(kind.examples(ROWS, SEED))
    assert not any(check.bad.any() for check in kind.novel(table, table))
    for check in kind.novel(table, table[:0]):
        assert check.column in table.column_names and check.rule
        assert check.bad.shape == (ROWS,) and check.bad.dtype == np.bool_


def check_a_person_can_read_it(kind: InputKind) -> None:
    """A row is one line; pictures, where there are any, have two dimensions or three colours."""
    rows = kind.read(kind.examples(ROWS, SEED))
    assert all(kind.shown(row).count("\n") == 0 for row in rows)
    found = kind.pictures(rows)
    assert found is None or found.ndim == 3 or (found.ndim == 4 and found.shape[3] == 3)
    assert found is None or len(found) == ROWS


def check_the_model_is_fed_every_row(kind: InputKind) -> None:
    """Whatever the rank of the model's input, the first dimension is that of the rows."""
    rows = kind.read(kind.examples(3, SEED))
    for rank in (rows.ndim, rows.ndim + 1):
        assert len(kind.feed(rows, rank)) == 3


def check_signals_have_a_value_for_every_row(kind: InputKind) -> None:
    """Their names suit a metric, and none is of another number of rows."""
    extraction = _fitted(kind)
    assert all(NAME.fullmatch(name) for name in extraction.names)
    assert len(set(extraction.names)) == len(extraction.names) and kind.numbers > 0
    for count in (0, 1, 7):
        columns = extraction.extract(kind.read(kind.examples(count, SEED + 1)))
        assert tuple(columns) == extraction.names
        assert all(column.shape == (count,) for column in columns.values())
        for name, bins in extraction.categories.items():
            assert ((columns[name] >= 0) & (columns[name] < len(bins))).all()


def check_signals_do_not_depend_on_the_rows_beside(kind: InputKind) -> None:
    """A batch has the signals that its rows have one by one."""
    extraction, rows = _fitted(kind), kind.read(kind.examples(ROWS, SEED + 1))
    together = extraction.extract(rows)
    for row in range(ROWS):
        for name, column in extraction.extract(rows[row : row + 1]).items():
            assert np.isclose(column[0], together[name][row], rtol=1e-5, atol=1e-6, equal_nan=True)


def check_fitted_signals_survive_their_file(kind: InputKind) -> None:
    """The service computes, bit by bit, what training computed."""
    extraction, rows = _fitted(kind), kind.read(kind.examples(ROWS, SEED + 1))
    with TemporaryDirectory() as folder:
        file = Path(folder, "signals.npz")
        extraction.save(file)
        again = Extraction.load(kind, file)
    for name, column in extraction.extract(rows).items():
        assert same(column, again.extract(rows)[name])


def _fitted(kind: InputKind) -> Extraction:
    rows: Rows = kind.read(kind.examples(ROWS, SEED))
    return Extraction.fit(kind, rows)


INPUT_CHECKS: tuple[Callable[[InputKind], None], ...] = (
    check_the_manifest_keeps_it,
    check_rows_have_its_shape_and_type,
    check_what_is_stored_is_what_was_read,
    check_a_row_can_be_sent_again,
    check_what_cannot_be_stored_is_refused,
    check_sensitive_values_are_not_stored,
    check_sensitive_values_are_not_learned,
    check_sensitive_values_are_not_repeated,
    check_arrow_gives_the_same_rows,
    check_rows_of_arrays_travel_too,
    check_a_wrong_column_is_named,
    check_identities_tell_rows_apart,
    check_its_time_orders_rows_and_is_none_of_their_content,
    check_rules_mark_rows,
    check_columns_that_are_modelled_have_a_value_each,
    check_rows_that_are_known_are_not_novel,
    check_a_person_can_read_it,
    check_the_model_is_fed_every_row,
    check_signals_have_a_value_for_every_row,
    check_signals_do_not_depend_on_the_rows_beside,
    check_fitted_signals_survive_their_file,
)
