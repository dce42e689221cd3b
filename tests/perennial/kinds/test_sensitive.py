"""Sensitive columns of a table: what may be sent, what is stored of it, what is said of it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from perennial.errors import InvalidInput
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.sensitive import SensitiveColumn

TABLE = TableInput(
    columns=(
        SensitiveColumn(name="customer", sensitive="hash"),
        NumberColumn(name="age"),
        CategoryColumn(name="work", categories=("Private", "Public")),
        SensitiveColumn(name="email", sensitive="drop"),
    )
)
ROW = {"customer": "Zoë 4711", "age": 39, "work": "Public", "email": "zoe@example.com"}


def pseudonym(column: str, value: str) -> str:
    """Return something that shows what was hashed."""
    return f"<{column} {value}>"


def stored(instance: Any) -> dict[str, Any]:
    """Return what the store gets of an instance."""
    found: dict[str, Any] = json.loads(TABLE.stored(instance, pseudonym=pseudonym))
    return found


@pytest.mark.parametrize("instance", [ROW, list(ROW.values())], ids=["object", "list"])
def test_a_value_is_stored_as_its_hash_or_not_at_all(instance: Any) -> None:
    """However the row is written; the model gets the other columns."""
    assert TABLE.read([instance]).tolist() == [[39, 1]]
    assert stored(instance) == {"customer": "<customer Zoë 4711>", "age": 39, "work": "Public"}


def test_without_a_secret_nothing_of_it_is_stored() -> None:
    """Whoever stores an instance and does not think of its sensitive columns loses them."""
    assert json.loads(TABLE.stored(ROW)) == {"age": 39, "work": "Public"}


def test_a_client_need_not_send_them() -> None:
    """Unlike the other columns, they may be absent from an object, or null."""
    rest = {"age": 39, "work": "Public"}
    assert TABLE.read([rest]).tolist() == TABLE.read([ROW]).tolist()
    assert stored(rest) == stored(rest | {"customer": None}) == {"customer": None, **rest}
    with pytest.raises(InvalidInput, match=r"instances\[0\].age: got nothing"):
        TABLE.read([{"customer": "Zoë", "work": "Public"}])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("7", "7"),
        (7, "7"),
        (7.0, "7"),
        (0.5, "0.5"),
        (10**17, "1" + "0" * 17),
        ("", ""),
        ("a\0", "a\0"),
    ],
)
def test_a_number_is_hashed_as_its_text(value: Any, text: str) -> None:
    """A customer's number is the same customer, in quotes or not."""
    assert stored(ROW | {"customer": value})["customer"] == f"<customer {text}>"


@pytest.mark.parametrize("value", [9007199254740993.0, 123456789012345678901.0, -1e300])
def test_a_number_that_lost_digits_is_asked_for_as_a_string(value: float) -> None:
    """Else two customers would have one hash."""
    with pytest.raises(InvalidInput, match="so large a number as a string") as refused:
        TABLE.read([ROW | {"customer": value}])
    assert refused.value.value == "float"
    assert stored(ROW | {"customer": 2**53 - 1.0})["customer"] == "<customer 9007199254740991>"


@pytest.mark.parametrize("value", [True, ["Zoë"], {"name": "Zoë"}, float("nan"), "Zoë \ud800"])
@pytest.mark.parametrize("name", ["customer", "email"])
def test_what_is_no_text_and_no_number_is_refused_and_not_repeated(name: str, value: Any) -> None:
    """The message has its type."""
    with pytest.raises(InvalidInput) as refused:
        TABLE.read([ROW | {name: value}])
    assert refused.value.field == f"instances[0].{name}"
    assert refused.value.value == type(value).__name__ and "Zoë" not in str(refused.value)


@pytest.mark.parametrize(
    "instance",
    [
        [39, "Zoë", "Public", "Zoë"],
        ROW | {"age": "Zoë"},
        ROW | {"work": ["Zoë"]},
        ROW | {"surname": "Zoë"},
        ["Zoë"],
        "Zoë",
    ],
)
def test_a_sensitive_value_in_a_wrong_place_is_not_repeated(instance: Any) -> None:
    """Where a table has sensitive columns, messages say of what type each value is."""
    with pytest.raises(InvalidInput) as refused:
        TABLE.read([instance])
    assert "Zoë" not in str(refused.value)


def test_training_has_no_such_column() -> None:
    """Neither of a client's rows, nor of those that were stored before it was sensitive."""
    table = TABLE.to_arrow([ROW, json.loads(TABLE.stored(ROW))])
    assert table.to_pylist() == [{"age": 39, "work": "Public"}] * 2
    assert TABLE.modelled == TABLE.collected == TABLE.columns[1:3]


def test_a_table_of_nothing_else_is_refused() -> None:
    """A model needs a number or a category."""
    with pytest.raises(ValidationError, match="a number or category"):
        TableInput(columns=TABLE.columns[:1])
