"""A row on its way: from a client's JSON to the store, to Parquet and to the model's arrays."""

import io
import json
import sqlite3
from typing import Any

import numpy as np
import pyarrow.parquet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.contracts.inputs import same
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.kinds.reading import LARGEST
from service.http import instances

# No example database: a run depends on nothing that an earlier one left.
travels = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
# Every character that UTF-8 has: emoji, NUL and line ends among them.
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.one_of(
    st.floats(-LARGEST, LARGEST, allow_subnormal=True),
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([0.0, -0.0, 1e-323, LARGEST, -LARGEST, 2**53 + 1, 0.1]),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[TableInput, list[Any]]:
    """Return a table and rows of it, as lists and as objects, with unknown and missing values."""
    words = WORDS.filter(lambda word: word not in ("", "other", "missing"))
    categories = draw(st.lists(words, min_size=1, max_size=5, unique=True))
    schema = TableInput(
        columns=(
            NumberColumn(name="age"),
            CategoryColumn(name="work", categories=tuple(categories)),
            TimeColumn(name="seen"),
            NumberColumn(name="gain", low=0),
        )
    )
    times = st.datetimes().map(lambda time: time.isoformat() + "Z")
    cells = [NUMBERS, WORDS | st.sampled_from(categories), times, NUMBERS]
    row = st.tuples(*(st.none() | cell for cell in cells)).map(list)
    objects = row.map(lambda values: dict(zip(schema.names, values, strict=True)))
    return schema, draw(st.lists(row | objects, min_size=1, max_size=6))


@st.composite
def images(draw: st.DrawFn) -> tuple[ImageInput, list[Any]]:
    """Return a shape and images of it."""
    shape = draw(st.sampled_from([(4, 4), (4, 5), (5, 4, 3)]))
    pixels = st.lists(NUMBERS, min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))
    image = pixels.map(lambda flat: np.array(flat, object).reshape(shape).tolist())
    return ImageInput(shape=shape), draw(st.lists(image, min_size=1, max_size=2))


def stored_and_read(texts: list[bytes]) -> list[Any]:
    """Return instances as a database of texts gives them back."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE predictions (input TEXT)")
        rows = [(text.decode(),) for text in texts]
        connection.executemany("INSERT INTO predictions VALUES (?)", rows)
        found = connection.execute("SELECT input FROM predictions ORDER BY rowid").fetchall()
    connection.close()
    return [json.loads(text) for (text,) in found]


def travel(schema: InputKind, sent: list[Any], *, ascii: bool) -> None:
    """Send instances on the whole way and hold every station against the first."""
    body = json.dumps({"instances": sent}, ensure_ascii=ascii).encode()
    rows, texts, _ = instances.parse(body, schema=schema, limit=len(sent))
    assert rows.shape == (len(sent), *schema.shape)
    table = schema.to_arrow(stored_and_read(texts))
    assert table.equals(schema.to_arrow(sent))
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    again = pyarrow.parquet.read_table(file)
    assert again.equals(table)
    assert same(schema.from_arrow(again), rows)
    assert same(schema.identities(again), schema.identities(table))


@travels
@given(tables(), st.booleans())
def test_a_row_of_a_table_arrives_as_it_was_sent(
    made: tuple[TableInput, list[Any]], ascii: bool
) -> None:
    """Emoji, nulls, unknown categories, extreme numbers and times change nowhere."""
    travel(*made, ascii=ascii)


@travels
@given(images(), st.booleans())
def test_an_image_arrives_as_it_was_sent(made: tuple[ImageInput, list[Any]], ascii: bool) -> None:
    """Alone, where the fast way is taken, and beside others."""
    schema, sent = made
    travel(schema, sent, ascii=ascii)
    travel(schema, sent[:1], ascii=ascii)


@travels
@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=5), st.booleans())
def test_a_text_arrives_as_it_was_sent(sent: list[str], ascii: bool) -> None:
    """Any character that UTF-8 has."""
    travel(TextInput(), sent, ascii=ascii)


@travels
@given(tables())
def test_unknown_words_stay_words(made: tuple[TableInput, list[Any]]) -> None:
    """In Arrow a missing value is null and an unknown category itself; only the model's code is."""
    schema, sent = made
    words = [row["work"] if isinstance(row, dict) else row[1] for row in sent]
    assert schema.to_arrow(sent)["work"].to_pylist() == words


def test_rows_of_a_table_are_told_apart_by_what_was_sent() -> None:
    """A gap is no 0 and no empty word, unknown words are not alike, and -0.0 is 0.0."""
    schema = TableInput(
        columns=(NumberColumn(name="age"), CategoryColumn(name="work", categories=("a",)))
    )
    sent = [[age, word] for age in (None, 0, 1) for word in (None, "", "a", "b", "new", "missing")]
    found = schema.identities(schema.to_arrow([*sent, [-0.0, "a"]]))
    assert len(set(found.tolist())) == len(sent)
    assert found[-1] == found[sent.index([0, "a"])]


def test_ten_thousand_columns_arrive() -> None:
    """Half numbers, half categories, every tenth value missing."""
    size, random = 10_000, np.random.default_rng(3)
    known = ("a", "b 🙂")
    columns = [
        CategoryColumn(name=f"c{i}", categories=known) if i % 2 else NumberColumn(name=f"n{i}")
        for i in range(size)
    ]
    schema = TableInput(columns=tuple(columns))
    values = [
        None if i % 10 == 0 else (*known, "new")[i % 3] if i % 2 else float(random.normal())
        for i in range(size)
    ]
    travel(schema, [values, dict(zip(schema.names, values, strict=True)), values[:]], ascii=False)
