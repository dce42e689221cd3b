"""What pydantic says, in our words."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from perennial.errors import InvalidField, InvalidInput
from perennial.validation import first


class Cat(BaseModel):
    """One kind of pet."""

    kind: Literal["cat"]


class Dog(BaseModel):
    """Another."""

    kind: Literal["dog"]


class Owner(BaseModel):
    """What is checked."""

    model_config = ConfigDict(extra="forbid")

    age: int = Field(default=1, gt=0)
    name: str = Field(default="x", min_length=1, pattern="^[a-z]*$")
    mood: Literal["good", "bad"] = "good"
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    size: tuple[int, int] = (1, 1)
    plain: str = ""

    @field_validator("size")
    @classmethod
    def _check(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise InvalidField("0", value[0], f"at most {value[1]}")
        return value

    @field_validator("plain")
    @classmethod
    def _check_plain(cls, value: str) -> str:
        if value:
            raise ValueError("an empty one")
        return value


class Needy(BaseModel):
    """A field without a default."""

    name: str


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"age": 0}, "age: got 0, expected greater than 0"),
        ({"age": "old"}, "age: got 'old', expected a valid integer"),
        ({"name": ""}, "name: got '', expected at least 1 character"),
        ({"name": "A"}, "name: got 'A', expected text that matches '^[a-z]*$'"),
        ({"mood": "odd"}, "mood: got 'odd', expected 'good' or 'bad'"),
        ({"colour": 1}, "colour: got 1, expected no such field"),
        (
            {"pets": [{"kind": "cow"}]},
            "pets.0: got {'kind': 'cow'}, expected 'kind' to be one of 'cat', 'dog'",
        ),
        ({"pets": [{}]}, "pets.0: got {}, expected a field 'kind'"),
        ({"size": (2, 1)}, "size.0: got 2, expected at most 1"),
        ({"plain": "x"}, "plain: got 'x', expected an empty one"),
        ([], "body: got [], expected a valid dictionary or instance of Owner"),
    ],
)
def test_each_error_is_one_sentence(document: Any, sentence: str) -> None:
    """Path, value and expectation make the sentence that all our errors have."""
    with pytest.raises(ValidationError) as caught:
        Owner.model_validate(document)
    problem = first(caught.value)
    made = str(InvalidInput(problem.field("body"), problem.value, problem.expected))
    assert made.startswith(sentence)


def test_what_is_missing_is_nothing() -> None:
    """The value is not the whole document."""
    with pytest.raises(ValidationError) as caught:
        Needy.model_validate({})
    problem = first(caught.value)
    assert (problem.field(), repr(problem.value)) == ("name", "nothing")
