"""From JSON to rows, for every kind of input."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected, InvalidInput
from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from service.errors import MalformedJson
from service.http import instances
from tests import kinds
from tests.kinds import KINDS, NUMERIC, TABLE

NAN = float("nan")
ROW: dict[str, Any] = {"age": 1, "colour": "red", "income": 2.5}


@pytest.mark.parametrize("name", KINDS)
def test_a_row_comes_back_from_its_instance(name: str) -> None:
    """What a client sends for a row is that row, in every bit, through JSON and back."""
    kind = KINDS[name]
    rows = kind.rows(20, 1)
    sent = [kind.schema.instance(row) for row in rows]
    body = json.dumps({"instances": sent}).encode()
    found, texts, _ = instances.parse(body, schema=kind.schema, limit=20)
    assert found.dtype == rows.dtype and found.shape == rows.shape
    assert np.array_equal(found, rows, equal_nan=rows.dtype != object)
    assert [json.loads(text) for text in texts] == sent


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("instances[0]", [1, "red"], "a list of 3 values or an object: age, colour, income"),
        ("instances[0]", "red", "a list of 3 values or an object: age, colour, income"),
        ("instances[0]", None, "a list of 3 values"),
        ("instances[0][0]", ["1", "red", 1], "a number or null for column 'age'"),
        ("instances[0][0]", [True, "red", 1], "a number or null for column 'age'"),
        ("instances[0][2]", [1, "red", [1]], "a number or null for column 'income'"),
        ("instances[0][2]", [1, "red", NAN], "a finite number"),
        ("instances[0][2]", [1, "red", 1e39], "a finite number from -3.4e+38 to 3.4e+38"),
        ("instances[0][2]", [1, "red", float("-inf")], "a finite number"),
        ("instances[0][1]", [1, 0, 1], "a string or null for column 'colour'"),
        ("instances[0][1]", [1, False, 1], "a string or null for column 'colour'"),
        ("instances[0][1]", [1, "\ud83d", 1], "Unicode text without unpaired surrogates"),
        ("instances[0][2]", [1, "red", 10**310], "a finite number from -3.4e+38 to 3.4e+38"),
        ("instances[0].age", ROW | {"age": "1"}, "a number or null for column 'age'"),
        ("instances[0].colour", ROW | {"colour": 1}, "a string or null for column 'colour'"),
        ("instances[0].age", {"colour": "red", "income": 1}, "a number or null for column 'age'"),
        ("instances[0].age", {}, "a number or null for column 'age'"),
        ("instances[0].wage", ROW | {"wage": 1}, "no such column; known are age, colour, income"),
        ("instances[0].\\ud83d", ROW | {"\ud83d": 1}, "no such column"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(field: str, value: Any, expected: str) -> None:
    """The message has the place, the value, and what the column expects."""
    body = json.dumps({"instances": [value]}).encode()
    with pytest.raises(InvalidInput) as caught:
        instances.parse(body, schema=TABLE, limit=9)
    assert caught.value.field == field
    assert expected in caught.value.expected


def test_missing_and_unknown_values_have_their_codes() -> None:
    """null is NaN, a category its index, a string that is none the index after the last."""
    rows = TABLE.read([[None, "blue", 1], [0, "pink", None], [0, None, 2.5]])
    expected = [[NAN, 2, 1], [0, 3, NAN], [0, NAN, 2.5]]
    assert np.array_equal(rows, expected, equal_nan=True)


def parse(body: str, schema: TableInput = TABLE) -> tuple[Any, list[bytes]]:
    """Return the rows of a body, and what is stored of each."""
    return instances.parse(body.encode(), schema=schema, limit=9)[:2]


def test_a_row_is_a_list_or_an_object() -> None:
    """Both forms and any order of names are the same row, and are stored alike, by name."""
    forms = ('[1,"red",2.5]', '{"age":1,"colour":"red","income":2.5}')
    turned = json.dumps(dict(reversed(ROW.items())))
    rows, texts = parse(f'{{"instances": [{forms[0]}, {forms[1]}, {turned}]}}')
    assert rows.tolist() == [[1, 0, 2.5]] * 3
    assert texts == [forms[1].encode()] * 3


@pytest.mark.parametrize("other", ['"red"', '"a: b"', '"\\"age\\": 1"'])
def test_a_name_that_occurs_twice_is_named(other: str) -> None:
    """Parsers keep the last value; colons and names inside of strings do not count."""
    fine = f'{{"age": 1, "colour": {other}, "income": 2}}'
    assert len(parse(f'{{"instances": [[1, "red", 2], {fine}]}}')[0]) == 2
    twice = fine.replace("{", '{"age": 3, ')
    with pytest.raises(
        InvalidInput, match=r"^instances\[1\].age: got two values, expected each name"
    ):
        parse(f'{{"instances": [[1, "red", 2], {twice}]}}')


@pytest.mark.parametrize("row", ['[1, "red", 2]', '[1, "a: b", 2]', '[1, "\\"instances\\"", 2]'])
def test_rows_that_are_sent_twice_are_refused(row: str) -> None:
    """Of two lists of instances nobody knows which was meant."""
    assert len(parse(f'{{"instances": [{row}]}}')[0]) == 1
    with pytest.raises(InvalidInput, match="^instances: got two values, expected each name once"):
        parse(f'{{"instances": [{row}], "instances": [{row}]}}')


def test_a_row_of_numbers_is_stored_by_name_too() -> None:
    """The fast way stores what the careful one does; a list's swapped columns show in the store."""
    rows, texts = parse('{"instances": [ [1.5, 2 ] ]}', NUMERIC)
    assert rows.tolist() == [[1.5, 2]] and texts == [b'{"width":1.5,"height":2}']


def test_the_time_of_a_row_is_checked_and_stored_and_not_modelled() -> None:
    """It is a time in ISO 8601 or null; the model gets the other columns."""
    schema = TableInput(columns=(TimeColumn(name="seen"), NumberColumn(name="age")))
    assert [column.name for column in schema.modelled] == ["age"] and not schema.plain
    rows, texts = parse('{"instances": [["2026-11-21T10:00:00+02:00", 3], [null, 4]]}', schema)
    assert rows.tolist() == [[3], [4]]
    assert texts[0] == b'{"seen":"2026-11-21T10:00:00+02:00","age":3}'
    table = schema.to_arrow([json.loads(text) for text in texts])
    assert [str(time) for time in table["seen"].to_pylist()] == [
        "2026-11-21 08:00:00+00:00",
        "None",
    ]
    for wrong in (1, "soon", "0001-01-01T00:00:00+14:00", "2026-13-01"):
        with pytest.raises(InvalidInput, match="instances.0..0.: got .*, expected a time such as"):
            schema.read([[wrong, 3]])


def test_an_image_is_stored_compactly() -> None:
    """White space and needless digits are not kept, nor what is no UTF-8 (a megabyte of either)."""
    schema = ImageInput(shape=(4, 4))
    image = [[1, 2.5, 3, 4]] * 4
    body = json.dumps({"instances": [image]}, indent=9).encode()
    expected = json.dumps(image, separators=(",", ":")).encode()
    assert instances.parse(body, schema=schema, limit=9)[1] == [expected]
    long = body.replace(b"2.5", b"2.5" + b"0" * 10_000)
    assert instances.parse(long, schema=schema, limit=9)[1] == [expected]
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        with pytest.raises(MalformedJson, match="expected JSON"):
            instances.parse(body.decode().encode(encoding), schema=schema, limit=9)


def test_long_integers_are_numbers_like_any_other() -> None:
    """What float32 can hold is predicted and stored, beyond it is refused; neither is an error."""
    body = json.dumps({"instances": [[10**38, 1], [10**30, 2]]}).encode()
    rows, texts, _ = instances.parse(body, schema=NUMERIC, limit=9)
    assert rows.tolist() == np.array([[1e38, 1], [1e30, 2]], np.float32).tolist()
    assert [json.loads(text)["width"] for text in texts] == [1e38, 1e30]


@pytest.mark.parametrize("value", [None, "1", True])
def test_plain_numbers_are_read_with_the_same_care(value: object) -> None:
    """A table of numbers takes the fast way, and leaves it where one may be something else."""
    body = json.dumps({"instances": [[1.5, 2], [3, value]]}).encode()
    if value is None:
        rows, *_ = instances.parse(body, schema=NUMERIC, limit=9)
        assert rows[0].tolist() == [1.5, 2] and np.isnan(rows[1, 1])
        return
    with pytest.raises(InvalidInput, match=r"instances\[1\]\[1\]: got"):
        instances.parse(body, schema=NUMERIC, limit=9)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, "a string of at most 10 characters"),
        (None, "a string of at most 10 characters"),
        (["a"], "a string of at most 10 characters"),
        ("a" * 11, "a string of at most 10 characters"),
        ("\ud800", "Unicode"),
    ],
)
def test_a_text_that_does_not_fit_is_named(value: object, expected: str) -> None:
    """Texts are strings of whole characters, up to the length that the manifest allows."""
    body = json.dumps({"instances": ["fine", value]}).encode()
    with pytest.raises(InvalidInput) as caught:
        instances.parse(body, schema=TextInput(max_characters=10), limit=9)
    assert caught.value.field == "instances[1]"
    assert expected in caught.value.expected


@pytest.mark.parametrize("text", ["", "[]", "a]", '"', "\n\t\0", "naïve 🙂", "null", "x" * 10_000])
def test_any_text_arrives_whole(text: str) -> None:
    """Brackets, quotes, control characters and the longest text pass as they are."""
    body = json.dumps({"instances": [text]}).encode()
    rows, texts, _ = instances.parse(body, schema=TextInput(), limit=9)
    assert rows.tolist() == [text] and [json.loads(t) for t in texts] == [text]


def test_colour_images_have_channels() -> None:
    """A pixel is a list where the shape has three dimensions."""
    schema = ImageInput(shape=(4, 4, 3))
    with pytest.raises(InvalidInput, match=r"instances\[0\]\[0\]\[0\]: .* a list of 3 numbers"):
        schema.read([np.zeros((4, 4)).tolist()])


def _tables(path: Path) -> Any:
    return kinds.make_bundle(path, "table")


def _texts(path: Path) -> Any:
    return kinds.make_bundle(path, "text")


@pytest.mark.parametrize("make", [_tables, _texts])
def test_models_of_each_kind_predict(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    """The self-test passes, and a batch predicts as its rows do one by one."""
    predictor = Predictor(make(tmp_path / "b"))
    rows = KINDS[predictor.bundle.manifest.task].rows(7, 9)
    together = predictor.predict(rows)
    assert together.shape == (7, 2)
    for index in range(7):
        alone = predictor.predict(rows[index : index + 1])
        assert alone[0] == pytest.approx(together[index], abs=1e-6)


def test_a_model_for_another_kind_is_refused(tmp_path: Path) -> None:
    """A model of texts cannot read a table."""
    text, table = (kinds.make_bundle(tmp_path / name, name) for name in ("text", "table"))
    table.model.write_bytes(text.model.read_bytes())
    fields = table.manifest.model_dump(mode="json", exclude={"format", "files"})
    with pytest.raises(BundleRejected) as caught:
        Predictor(bundle.write(table.path, fields))
    assert "input is a tensor(string), expected tensor(float) for the kind 'table'" in str(
        caught.value
    )


def test_a_category_is_known_in_any_unicode_form_and_with_spaces_around() -> None:
    """In the service as in training: `make task` reads files so, too."""
    kind = TableInput(columns=(CategoryColumn(name="town", categories=("K\u00f6ln", "Bonn ")),))
    sent = [["K\u00f6ln"], ["Ko\u0308ln"], [" K\u00f6ln "], ["Bonn "], ["k\u00f6ln"], [""], [None]]
    found = kind.read(sent)[:, 0]
    assert np.array_equal(found, [0, 0, 0, 1, 2, 2, NAN], equal_nan=True)
    assert np.array_equal(kind.from_arrow(kind.to_arrow(sent))[:, 0], found, equal_nan=True)
