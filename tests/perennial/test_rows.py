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
from perennial.rows import read
from perennial.signals import ImageInput, TextInput
from service.http import instances
from tests import kinds
from tests.kinds import KINDS, NUMERIC, TABLE

NAN = float("nan")


@pytest.mark.parametrize("name", KINDS)
def test_a_row_comes_back_from_its_instance(name: str) -> None:
    """What a client sends for a row is that row, in every bit, through JSON and back."""
    kind = KINDS[name]
    rows = kind.rows(20, 1)
    sent = [kind.schema.instance(row) for row in rows]
    body = json.dumps({"instances": sent}).encode()
    found, texts = instances.parse(body, schema=kind.schema, limit=20)
    assert found.dtype == rows.dtype and found.shape == rows.shape
    assert np.array_equal(found, rows, equal_nan=rows.dtype != object)
    assert [json.loads(text) for text in texts] == sent


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("instances[0]", [1, "red"], "a list of 3 values: age, colour, income"),
        ("instances[0]", "red", "a list of 3 values: age, colour, income"),
        ("instances[0]", None, "a list of 3 values"),
        ("instances[0][0]", ["1", "red", 1], "a number or null for feature 'age'"),
        ("instances[0][0]", [True, "red", 1], "a number or null for feature 'age'"),
        ("instances[0][2]", [1, "red", [1]], "a number or null for feature 'income'"),
        ("instances[0][2]", [1, "red", NAN], "a finite number"),
        ("instances[0][2]", [1, "red", 1e39], "a finite number from -3.4e+38 to 3.4e+38"),
        ("instances[0][2]", [1, "red", float("-inf")], "a finite number"),
        ("instances[0][1]", [1, 0, 1], "a string or null for feature 'colour'"),
        ("instances[0][1]", [1, False, 1], "a string or null for feature 'colour'"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(field: str, value: Any, expected: str) -> None:
    """The message has the place, the value, and what the feature expects."""
    body = json.dumps({"instances": [value]}).encode()
    with pytest.raises(InvalidInput) as caught:
        instances.parse(body, schema=TABLE, limit=9)
    assert caught.value.field == field
    assert expected in caught.value.expected


def test_missing_and_unknown_values_have_their_codes() -> None:
    """null is NaN, a category its index, a string that is none the index after the last."""
    rows = read(TABLE, [[None, "blue", 1], [0, "pink", None], [0, None, 2.5]])
    expected = [[NAN, 2, 1], [0, 3, NAN], [0, NAN, 2.5]]
    assert np.array_equal(rows, expected, equal_nan=True)


@pytest.mark.parametrize("value", [None, "1", True])
def test_plain_numbers_are_read_with_the_same_care(value: object) -> None:
    """A table of numbers takes the fast way, and leaves it where one may be something else."""
    body = json.dumps({"instances": [[1.5, 2], [3, value]]}).encode()
    if value is None:
        rows, _ = instances.parse(body, schema=NUMERIC, limit=9)
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
    rows, texts = instances.parse(body, schema=TextInput(), limit=9)
    assert rows.tolist() == [text] and [json.loads(t) for t in texts] == [text]


def test_colour_images_have_channels() -> None:
    """A pixel is a list where the shape has three dimensions."""
    schema = ImageInput(shape=(4, 4, 3))
    with pytest.raises(InvalidInput, match=r"instances\[0\]\[0\]\[0\]: .* a list of 3 numbers"):
        read(schema, [np.zeros((4, 4)).tolist()])


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
    assert "input is a tensor(string), expected tensor(float) for the kind 'tabular'" in str(
        caught.value
    )
