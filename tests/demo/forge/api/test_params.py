"""Parameters of a call are checked against what it declares."""

from typing import Any

import pytest

from demo.forge.api.params import Field, File, check, from_pairs
from demo.forge.errors import ApiError


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "title is missing"),
        ({"title": ""}, "title is empty"),
        ({"title": ["a"]}, "title is invalid"),
        ({"title": "a", "page": "first"}, "page is invalid"),
        ({"title": "a", "draft": "perhaps"}, "draft is invalid"),
        ({"title": "a", "state": "open"}, "state does not have a valid value"),
        ({"title": "a", "file": "text"}, "file is invalid"),
        ({"title": "a", "colour": "red"}, "colour is not known to this stand-in"),
    ],
)
def test_a_wrong_parameter_is_named(given: dict[str, Any], problem: str) -> None:
    """Each wrong parameter is refused with 400 and its name."""
    fields = {
        "title": Field(required=True),
        "page": Field("integer"),
        "draft": Field("boolean"),
        "state": Field(values=("opened", "closed")),
        "file": Field("file"),
    }
    with pytest.raises(ApiError) as refused:
        check(given, fields)
    assert (refused.value.status, refused.value.body) == (400, {"error": problem})


def test_parameters_come_out_with_their_types() -> None:
    """Text of a form is read as what the call declares."""
    pairs = [
        ("page", "2"),
        ("draft", "true"),
        ("labels", "a, b"),
        ("v[K]", "1"),
        ("f", File("n", b"")),
    ]
    fields = {
        "page": Field("integer"),
        "draft": Field("boolean"),
        "labels": Field("labels"),
        "v": Field("map"),
        "f": Field("file"),
    }
    checked = check(from_pairs(pairs), fields)
    assert checked == {
        "page": 2,
        "draft": True,
        "labels": ["a", "b"],
        "v": {"K": "1"},
        "f": File("n", b""),
    }
