"""What may be declared of an input."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from perennial.kinds.known import Input, Output
from tests import kinds

COLOUR: dict[str, Any] = {"name": "colour", "kind": "category", "categories": ["red"]}
AGE: dict[str, Any] = {"name": "age", "kind": "number"}
SEEN: dict[str, Any] = {"name": "seen", "kind": "time"}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"kind": "sound"}, "expected tags: 'image', 'table', 'text'"),
        ({"kind": "image", "shape": [64]}, "shape: got \\(64,\\), expected height and width"),
        ({"kind": "image", "shape": [3, 3]}, "of at least 4"),
        ({"kind": "text", "max_characters": 0}, "greater than 0"),
        ({"kind": "table", "columns": []}, "at least 1 item"),
        ({"kind": "table", "columns": [COLOUR, COLOUR]}, "\\('colour', 'colour'\\), expected"),
        ({"kind": "table", "columns": [{**COLOUR, "name": "margin"}]}, "none of \\('predict"),
        ({"kind": "table", "columns": [{**COLOUR, "name": "Farbe"}]}, "pattern"),
        ({"kind": "table", "columns": [{**COLOUR, "categories": []}]}, "at least 1 item"),
        ({"kind": "table", "columns": [{**COLOUR, "categories": ["other"]}]}, "none of them"),
        ({"kind": "table", "columns": [{**COLOUR, "categories": ["a", "a"]}]}, "distinct"),
        ({"kind": "table", "columns": [{**AGE, "low": 2, "high": 1}]}, "less than high, 1"),
        ({"kind": "table", "columns": [SEEN]}, "at most one time, and a number or category"),
        ({"kind": "table", "columns": [AGE, SEEN, {**SEEN, "name": "left"}]}, "at most one time"),
        (
            {"kind": "table", "columns": [{**AGE, "kind": "numeric"}]},
            "'number', 'category', 'time'",
        ),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(document: Any, problem: str) -> None:
    """Kind, shape, columns and categories are checked where they enter."""
    adapter: TypeAdapter[Any] = TypeAdapter(Input)
    with pytest.raises(ValidationError, match=problem):
        adapter.validate_python(document)


def test_a_row_is_sent_as_a_client_would_send_it() -> None:
    """Missing is null, a category its name, an unknown category any other."""
    row = np.array([np.nan, 1, 2.5], np.float32)
    assert kinds.TABLE.instance(row) == {"age": None, "colour": "green", "income": 2.5}
    odd = kinds.TABLE.instance(np.array([1, 3, np.nan], np.float32))
    assert odd == {"age": 1, "colour": "other", "income": None}
    assert kinds.TABLE.instance(np.array([1, np.nan, 1], np.float32))["colour"] is None


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (["one"], "at least 2 items"),
        (["a", "b", "a"], "labels: got 'a', expected distinct ones"),
        (["a", "other"], "labels: got 'other', expected .* none of them 'other' or 'missing'"),
        (["a", "missing"], "labels: got 'missing'"),
        (["a", ""], "at least 1 character"),
        (["a", "b\0"], "expected Unicode text without NUL"),
        (["a", "\ud800"], "valid"),
        (["a", "b" * 201], "at most 200 characters"),
    ],
)
def test_labels_that_cannot_be_told_apart_are_refused(labels: list[str], problem: str) -> None:
    """Equal names, the names of our own bins, and what feedback would not take are named."""
    adapter: TypeAdapter[Any] = TypeAdapter(Output)
    with pytest.raises(ValidationError, match=problem):
        adapter.validate_python({"kind": "classes", "labels": labels})
