"""Settings, read from the environment."""

from pathlib import Path

import pytest

from service import settings
from service.settings import InvalidSettings, Settings


def read(**variables: str) -> Settings:
    """Read the settings of an environment of our own."""
    return settings.read({f"PERENNIAL_{name}": value for name, value in variables.items()})


def test_everything_has_a_default() -> None:
    """An empty environment is a working one."""
    assert read().bundles == Path("var/bundles")
    assert read().port == 8000


def test_variables_are_read() -> None:
    """A variable of the prefix sets its field; others are nobody's business."""
    chosen = read(PORT="9000", POLL_SECONDS="2.5", URL="http://elsewhere")
    assert (chosen.port, chosen.poll_seconds) == (9000, 2.5)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "http", "a valid integer"),
        ("PORT", "-1", "greater than or equal to 0"),
        ("QUEUE_SIZE", "0", "greater than 0"),
        ("POLL_SECONDS", "nan", "a finite number"),
        ("POLL_SECONDS", "inf", "a finite number"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("DATABASE_URL", "mysql://x", "a sqlite:/// or postgresql:// URL"),
        ("DATABASE_URL", "nonsense", "an SQLAlchemy URL"),
        ("DATABASE_URL", "sqlite://", "a file after sqlite:///"),
    ],
)
def test_a_bad_value_names_its_variable(name: str, value: str, expected: str) -> None:
    """The message has the variable, the value and what was expected."""
    with pytest.raises(InvalidSettings) as caught:
        read(**{name: value})
    assert str(caught.value).startswith(f"PERENNIAL_{name}: got ")
    assert expected in str(caught.value)


def test_a_database_password_is_never_shown() -> None:
    """The value of the database URL stays out of the message."""
    with pytest.raises(InvalidSettings) as caught:
        read(DATABASE_URL="mysql://root:secret@host/db")
    assert "secret" not in str(caught.value)


def test_settings_are_frozen() -> None:
    """Nobody changes a setting after start."""
    with pytest.raises(ValueError, match="frozen"):
        setattr(read(), "port", 1)


def test_the_description_has_a_line_per_variable() -> None:
    """--help cannot forget a variable."""
    for name in Settings.model_fields:
        assert f"PERENNIAL_{name.upper()} " in settings.describe()
