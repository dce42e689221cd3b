"""The file of keys."""

from datetime import UTC, datetime

import pytest

from perennial.errors import InvalidField
from perennial.http import key_file
from perennial.http.keys import Entry, Key

ONE, TWO = "1" * 64, "2" * 64
SHOP = Key("shop", frozenset({"predict", "feedback"}))


def test_what_is_written_is_read_again() -> None:
    """Several keys of a name, with and without an end."""
    entries = (Entry(SHOP, ONE, datetime(2026, 12, 1, tzinfo=UTC)), Entry(SHOP, TWO))
    text = key_file.render(entries)
    assert key_file.parse(text) == entries
    assert text.splitlines()[1] == f"shop predict,feedback {ONE} 2026-12-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "keys: got none, expected at least one"),
        ("# nothing\n\n", "keys: got none, expected at least one"),
        (f"shop predict {ONE}", "line 1: got 3 fields"),
        (f"Shop predict {ONE} -", "line 1, name: got a hidden value, expected up to 63 of a-z"),
        (f"anonymous predict {ONE} -", "and none of anonymous, unknown"),
        (f"shop root {ONE} -", "line 1, roles: got a hidden value, expected roles among predict"),
        (f"shop predict, {ONE} -", "line 1, roles: got a hidden value"),
        (f"perennial_secretA predict {ONE} -", "line 1, name: got a hidden value"),
        (f"shop perennial_secretA {ONE} -", "line 1, roles: got a hidden value"),
        (f"shop predict {ONE} perennial_secretA", "line 1, valid until: got a hidden value"),
        ("shop predict perennial_secret -", "line 1, SHA-256: got a hidden value, expected 64"),
        (f"shop predict {ONE} tomorrow", "line 1, valid until: got a hidden value, expected '-'"),
        (f"shop predict {ONE} 2026-12-01T00:00:00", "expected '-', or a time with its zone"),
        (f"#\na predict {ONE} -\nb predict {ONE} -", "line 3, SHA-256: got a hidden value"),
        (f"a predict {ONE} -\na admin {TWO} -", "line 2, roles: got admin, expected the same"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(text: str, problem: str) -> None:
    """The line, the field and what was expected; never what may be a key."""
    with pytest.raises(InvalidField) as caught:
        key_file.parse(text)
    assert problem in str(caught.value) and "secret" not in str(caught.value)
