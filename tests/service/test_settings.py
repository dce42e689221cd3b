"""Settings, read from the environment."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from perennial import settings
from perennial.settings import InvalidSettings
from service.settings import Settings


def read(**variables: str) -> Settings:
    """Read the settings of an environment of our own."""
    environment = {f"PERENNIAL_{name}": value for name, value in variables.items()}
    return settings.read(Settings, environment)


def test_everything_has_a_default() -> None:
    """An empty environment is a working one."""
    assert read().bundles == "var/bundles"
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
        ("POLL_SECONDS", "1e15", "less than or equal to"),
        ("KEEP_ALIVE_SECONDS", "9" * 20, "less than or equal to"),
        ("KEEP_PREDICTIONS_DAYS", "1e300", "less than or equal to"),
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


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    """A secret's file is read without the end of its line."""
    file = tmp_path / "url"
    file.write_text("postgresql://me:secret@db/perennial\n", encoding="utf-8")
    assert read(DATABASE_URL_FILE=str(file)).database_url == "postgresql://me:secret@db/perennial"


def test_a_value_and_its_file_are_one_too_many(tmp_path: Path) -> None:
    """The message names both variables, whatever the file holds."""
    with pytest.raises(InvalidSettings) as caught:
        read(PORT="1", PORT_FILE=str(tmp_path / "missing"))
    assert (
        str(caught.value)
        == "PERENNIAL_PORT, PERENNIAL_PORT_FILE: got both, expected only one of them"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "No such file"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff", "can't decode")],
)
def test_a_file_without_a_value_is_refused(
    tmp_path: Path, content: bytes | None, expected: str
) -> None:
    """Missing, empty or unreadable: no default takes its place."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidSettings) as caught:
        read(DATABASE_PASSWORD_FILE=str(file))
    assert str(caught.value).startswith(f"PERENNIAL_DATABASE_PASSWORD_FILE: got '{file}'")
    assert expected in str(caught.value)


def test_the_password_is_put_into_the_url() -> None:
    """Characters that mean something in a URL survive."""
    url = read(DATABASE_URL="postgresql://me@db:5432/p", DATABASE_PASSWORD="a/b@c").database_url
    assert make_url(url).password == "a/b@c"
    assert make_url(url).host == "db"


@pytest.mark.parametrize("url", [None, "sqlite:///x.db", "postgresql://me:other@db/p"])
def test_a_password_without_its_place_is_refused(url: str | None) -> None:
    """It is never silently left out, and never shown."""
    with pytest.raises(InvalidSettings, match="PERENNIAL_DATABASE_PASSWORD is set") as caught:
        read(DATABASE_PASSWORD="hush", **({} if url is None else {"DATABASE_URL": url}))
    assert "hush" not in str(caught.value) and "other" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.7", "", "model.example.com", "127.0.evil.example"]
)
def test_without_keys_only_this_machine_is_listened_to(tmp_path: Path, host: str) -> None:
    """Any other address is refused with what to do; with keys it is allowed."""
    with pytest.raises(InvalidSettings) as caught:
        read(HOST=host)
    message = str(caught.value)
    assert message.startswith(f"PERENNIAL_HOST: got {host!r}, expected 127.0.0.1 while there are")
    assert "`python -m service.keys add` and set PERENNIAL_KEYS_FILE" in message
    assert read(HOST=host, KEYS_FILE=str(tmp_path / "keys")).host == host


@pytest.mark.parametrize(
    "chosen", [{"ROOT_PATH": "/pets"}, {"ALLOWED_HOSTS": "localhost,model.example.com"}]
)
def test_without_keys_no_proxy_may_lead_others_here(chosen: dict[str, str]) -> None:
    """On loopback everybody whom a proxy lets in would come from this machine."""
    with pytest.raises(InvalidSettings, match="while there are no API keys: make some with"):
        read(**chosen)
    read(**chosen, KEYS_FILE="keys")
    assert read(ALLOWED_HOSTS="localhost").keys_file is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_this_machine_needs_no_keys(host: str) -> None:
    """As a person runs it for the first time."""
    assert read(HOST=host).keys_file is None


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("model.example.com", ("model.example.com",)),
        ("service, *.example.com", ("service", "*.example.com")),
        ("*", ("*",)),
        ("2001:db8::1", ("2001:db8::1",)),
    ],
)
def test_allowed_hosts_are_separated_by_commas(value: str, names: tuple[str, ...]) -> None:
    """Names, what is below a name, or any."""
    assert read(ALLOWED_HOSTS=value, KEYS_FILE="keys").allowed_hosts == names


@pytest.mark.parametrize("value", ["", "https://x", "a,,b", "a*", "*example.com", "x/y", "a b"])
def test_a_host_that_is_no_name_is_refused(value: str) -> None:
    """It would never match."""
    with pytest.raises(InvalidSettings, match="PERENNIAL_ALLOWED_HOSTS"):
        read(ALLOWED_HOSTS=value)


@pytest.mark.parametrize("value", ["service:8000", "model.example.com:443", "10.0.0.7:8000", "::x"])
def test_a_host_with_a_port_is_refused(value: str) -> None:
    """It would never match either, since clients' ports do not count."""
    with pytest.raises(InvalidSettings, match="ALLOWED_HOSTS: got .*, .* address without a port$"):
        read(ALLOWED_HOSTS=value, KEYS_FILE="keys")


def test_settings_are_frozen() -> None:
    """Nobody changes a setting after start."""
    with pytest.raises(ValueError, match="frozen"):
        setattr(read(), "port", 1)


def test_the_description_has_a_line_per_variable() -> None:
    """--help cannot forget a variable."""
    for name in Settings.model_fields:
        assert f"PERENNIAL_{name.upper()} " in settings.describe(Settings)
