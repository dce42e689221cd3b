"""What may be declared of an input."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from perennial.signals import InputSchema
from tests import kinds

COLOUR: dict[str, Any] = {"name": "colour", "kind": "categorical", "categories": ["red"]}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"kind": "sound"}, "expected tags: 'image', 'tabular', 'text'"),
        ({"kind": "image", "shape": [64]}, "shape: got \\(64,\\), expected height and width"),
        ({"kind": "image", "shape": [3, 3]}, "of at least 4"),
        ({"kind": "text", "max_characters": 0}, "greater than 0"),
        ({"kind": "tabular", "features": []}, "at least 1 item"),
        ({"kind": "tabular", "features": [COLOUR, COLOUR]}, "\\['colour', 'colour'\\], expected"),
        ({"kind": "tabular", "features": [{**COLOUR, "name": "margin"}]}, "none of \\('predict"),
        ({"kind": "tabular", "features": [{**COLOUR, "name": "Farbe"}]}, "pattern"),
        ({"kind": "tabular", "features": [{**COLOUR, "categories": []}]}, "at least 1 item"),
        ({"kind": "tabular", "features": [{**COLOUR, "categories": ["other"]}]}, "none of them"),
        ({"kind": "tabular", "features": [{**COLOUR, "categories": ["a", "a"]}]}, "distinct"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(document: Any, problem: str) -> None:
    """Kind, shape, features and categories are checked where they enter."""
    adapter: TypeAdapter[Any] = TypeAdapter(InputSchema)
    with pytest.raises(ValidationError, match=problem):
        adapter.validate_python(document)


def test_a_row_is_sent_as_a_client_would_send_it() -> None:
    """Missing is null, a category its name, an unknown category any other."""
    row = np.array([np.nan, 1, 2.5], np.float32)
    assert kinds.TABLE.instance(row) == [None, "green", 2.5]
    assert kinds.TABLE.instance(np.array([1, 3, np.nan], np.float32)) == [1, "other", None]
    assert kinds.TABLE.instance(np.array([1, np.nan, 1], np.float32)) == [1, None, 1]
