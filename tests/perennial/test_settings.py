"""What is said of a variable that cannot be used, and what never is."""

from traceback import format_exception
from typing import Annotated

import pytest
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from perennial import settings
from perennial.errors import InvalidField
from perennial.settings import HIDDEN, InvalidSettings, Settings


class Shop(Settings):
    """Settings with secrets, a list, and rules of their own."""

    model_config = SettingsConfigDict(env_prefix="X_")

    token: SecretStr = SecretStr("")
    url: Annotated[str, HIDDEN] = ""
    keys: Annotated[tuple[int, ...], HIDDEN] = ()
    names: tuple[Annotated[str, Field(min_length=2)], ...] = ()
    low: int = 0
    high: int = 9

    @field_validator("token")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 20:
            raise InvalidField("", value.get_secret_value(), "20 characters")
        return value

    @field_validator("url")
    @classmethod
    def _secure(cls, value: str) -> str:
        if value.startswith("http:"):
            raise InvalidField("", value, "https")
        return value

    @model_validator(mode="after")
    def _ordered(self) -> "Shop":
        if self.low > self.high:
            raise ValueError("low to be at most high")
        if self.low == self.high:
            raise InvalidField("low, high", self.low, "two numbers")
        return self


class Needy(Settings):
    """A secret without a default."""

    token: SecretStr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"X_TOKEN": "hush-hush"}, "X_TOKEN: got a hidden value, expected 20 characters"),
        ({"X_URL": "http://hush-hush"}, "X_URL: got a hidden value, expected https"),
        ({"X_KEYS": '["hush-hush"]'}, "X_KEYS: got a hidden value, expected a valid integer"),
        ({"X_KEYS": "hush-hush"}, "X_KEYS: got a hidden value, expected JSON (Expecting value"),
        ({"X_NAMES": '["ab", "c"]'}, "X_NAMES: got 'c', expected at least 2 characters"),
        ({"X_NAMES": "[1"}, "X_NAMES: got '[1', expected JSON (Expecting ',' delimiter"),
        (
            {"X_LOW": "10", "X_TOKEN": "hush-hush" * 3},
            "settings: got a hidden value, expected low to be at most high",
        ),
        ({"X_LOW": "9"}, "X_LOW, X_HIGH: got 9, expected two numbers"),
    ],
)
def test_a_sentence_names_the_variable_and_hides_secrets(
    variables: dict[str, str], sentence: str
) -> None:
    """Whoever raised the error, pydantic or a validator that quotes the value."""
    with pytest.raises(InvalidSettings) as caught:
        settings.read(Shop, variables)
    assert str(caught.value).startswith(sentence)
    assert "hush-hush" not in "".join(format_exception(caught.value))


def test_a_secret_that_is_missing_is_said_to_be() -> None:
    """There is no value to hide."""
    with pytest.raises(InvalidSettings, match="^TOKEN: got nothing, expected a value$"):
        settings.read(Needy, {})


@pytest.mark.parametrize(
    ("variable", "setting"),
    [("X_LOWW", "X_LOW"), ("X_NAME", "X_NAMES"), ("X_TOKENFILE", "X_TOKEN_FILE")],
)
def test_a_misspelt_variable_is_refused(variable: str, setting: str) -> None:
    """It would be ignored; the message names the nearest setting, and never the value."""
    with pytest.raises(InvalidSettings) as caught:
        settings.unknown(Shop, {variable: "hush-hush", "X_LOW": "1"})
    assert str(caught.value) == (
        f"{variable}: got an unknown variable, "
        f"expected {setting}, the setting with the nearest name"
    )


def test_a_variable_of_another_program_is_only_named() -> None:
    """One that looks like none, or is a setting's with a task's name at its end."""
    others = {"X_PROMETHEUS_URL": "", "X_HIGH_news": "", "X_HIGH": "", "X_URL_FILE": "", "Y": ""}
    assert settings.unknown(Shop, others) == ["X_HIGH_news", "X_PROMETHEUS_URL"]
