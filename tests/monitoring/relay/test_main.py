"""The relay's command line and settings: a wrong one is named before anything runs."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from demo.processes import free_port
from monitoring.relay import tables
from monitoring.relay.__main__ import main
from monitoring.relay.settings import Settings
from perennial.settings import read
from tests.monitoring.relay.process import RelayProcess

ROOT = Path(__file__).parents[3]
GOOD = {
    "RELAY_GITLAB_URL": "https://gitlab.example",
    "RELAY_PROJECT": "7",
    "RELAY_MODELS": "digits",
    "RELAY_TRIGGER_TOKEN": "secret-trigger",
    "RELAY_READ_TOKEN": "secret-read",
    "RELAY_BEARER_TOKEN": "secret-bearer",
}


@dataclass(frozen=True)
class Relay:
    """The relay's program with good settings, but for those that a test changes."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def refuses(self, changes: dict[str, str]) -> str:
        """Run it with wrong settings; return what it says."""
        self.change(changes)
        assert main([]) == 2
        said = self.capsys.readouterr().err
        assert "secret-" not in said
        return said

    def change(self, changes: dict[str, str]) -> None:
        """Set variables beside the good ones."""
        for name, text in (GOOD | changes).items():
            self.monkeypatch.setenv(name, text)


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Relay:
    """The program, without what this machine sets of it."""
    for name in [name for name in os.environ if name.startswith("RELAY_")]:
        monkeypatch.delenv(name)
    return Relay(monkeypatch, capsys)


def test_a_model_that_is_named_twice_is_one() -> None:
    """Else each of its series would be there twice, and Prometheus refuses such a scrape."""
    assert read(Settings, GOOD | {"RELAY_MODELS": "digits, news,digits"}).models == (
        "digits",
        "news",
    )


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"RELAY_GITLAB_URL": ""}, "RELAY_GITLAB_URL: got nothing, expected a value"),
        (
            {"RELAY_GITLAB_URL": "gitlab"},
            "RELAY_GITLAB_URL: got 'gitlab', expected text that matches",
        ),
        ({"RELAY_PORT": "99999"}, "RELAY_PORT: got '99999', expected less than or equal"),
        ({"RELAY_DAILY_BUDGET": "0"}, "RELAY_DAILY_BUDGET: got '0', expected greater"),
        ({"RELAY_TIMEOUT_SECONDS": "soon"}, "RELAY_TIMEOUT_SECONDS: got 'soon', expected a valid"),
        ({"RELAY_BEARER_TOKEN": ""}, "RELAY_BEARER_TOKEN, RELAY_HMAC_SECRET: got nothing, exp"),
        ({"RELAY_MODELS": " , "}, "RELAY_MODELS: got nothing, expected names separated by commas"),
        (
            {"RELAY_READ_TOKEN": "\ufeffsecret-read"},
            "RELAY_READ_TOKEN: got a hidden value, expected p",
        ),
        (
            {"RELAY_TRIGGER_TOKEN": "secret-a\nb"},
            "RELAY_TRIGGER_TOKEN: got a hidden value, expected",
        ),
        ({"RELAY_BEARER_TOKEN": "secret-é"}, "RELAY_BEARER_TOKEN: got a hidden value, expected"),
        (
            {"RELAY_COOLDOWN_SECONDS": "1e15"},
            "RELAY_COOLDOWN_SECONDS: got '1e15', expected less than or equal",
        ),
        ({"RELAY_POLL_SECONDS": "1e15"}, "RELAY_POLL_SECONDS: got '1e15', expected less than"),
        (
            {"RELAY_KEEP_WEBHOOKS_DAYS": "1e9"},
            "RELAY_KEEP_WEBHOOKS_DAYS: got '1e9', expected less than",
        ),
        ({"RELAY_COOLDOWN_SECONDS": "inf"}, "RELAY_COOLDOWN_SECONDS: got 'inf', expected a finite"),
        ({"RELAY_POLL_SECONDS": "inf"}, "RELAY_POLL_SECONDS: got 'inf', expected a finite"),
        ({"RELAY_SETTLE_SECONDS": "nan"}, "RELAY_SETTLE_SECONDS: got 'nan', expected"),
        ({"RELAY_HOST": "0.0.0.0"}, "RELAY_HOST: got '0.0.0.0', expected 127.0.0.1 while there"),
        ({"RELAY_ROOT_PATH": "/relay"}, "RELAY_ROOT_PATH: got '/relay', expected none while there"),
        ({"RELAY_KEYS_FILE": "nowhere"}, "RELAY_KEYS_FILE: got 'nowhere' ([Errno 2] No such file"),
        (
            {"RELAY_ALLOWED_HOST": "relay"},
            "RELAY_ALLOWED_HOST: got an unknown variable, expected RELAY_ALLOWED_HOSTS, the",
        ),
        (
            {"RELAY_SETTLE_SECONDS": "5"},
            "RELAY_SETTLE_SECONDS: got 5, expected at least RELAY_TIMEOUT_SECONDS (10)",
        ),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_shown(
    relay: Relay, changes: dict[str, str], message: str
) -> None:
    """The program ends with 2 and one line a problem."""
    assert relay.refuses(changes).startswith(message)


@pytest.mark.parametrize(
    "content, changes, message",
    [
        ("s", {}, "RELAY_READ_TOKEN, RELAY_READ_TOKEN_FILE: got both, expected only one of them"),
        (
            None,
            {"RELAY_READ_TOKEN": ""},
            "RELAY_READ_TOKEN_FILE: got '{file}', expected a readable",
        ),
        ("\n", {"RELAY_READ_TOKEN": ""}, "RELAY_READ_TOKEN_FILE: got '{file}', which is empty"),
        (
            "secret-read\n",
            {"RELAY_READ_TOKEN": "", "RELAY_DATABASE_PASSWORD": "secret-database"},
            "RELAY_DATABASE_URL: got a hidden value, expected a postgresql:// URL without",
        ),
    ],
)
def test_a_secret_that_is_not_there_once_is_named(
    relay: Relay, tmp_path: Path, content: str | None, changes: dict[str, str], message: str
) -> None:
    """Given twice, missing, empty or without its place: nothing else takes its place."""
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    said = relay.refuses({"RELAY_READ_TOKEN_FILE": str(file), **changes})
    assert said.startswith(message.format(file=file))


def test_secrets_are_read_from_their_files(relay: Relay, tmp_path: Path) -> None:
    """A token loses its line's end; the password is put into the URL, whatever its characters."""
    for name, text in {"token": "abc\n", "password": "a/b@c"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = {
        "RELAY_READ_TOKEN": "",
        "RELAY_READ_TOKEN_FILE": str(tmp_path / "token"),
        "RELAY_DATABASE_URL": "postgresql://me@db:5432/perennial",
        "RELAY_DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
    }
    relay.change(files)
    settings = read(Settings)
    assert settings.read_token.get_secret_value() == "abc"
    assert make_url(settings.database_url).password == "a/b@c"


def test_a_database_of_a_newer_version_stops_the_start(relay: Relay, tmp_path: Path) -> None:
    """The relay ends with 2 and one sentence that names both versions."""
    address = f"sqlite:///{tmp_path / 'relay.db'}"
    made = tables.engine(address)
    with made.begin() as connection:
        connection.execute(tables.SCHEMA.version.update().values(version_num="0999"))
    made.dispose()
    said = relay.refuses({"RELAY_DATABASE_URL": address})
    assert said.startswith(f"{address}: the relay's tables have version 0999, expected at")


def test_help_lists_every_setting() -> None:
    """A newcomer needs no other page, and no setting to read it."""
    command = [sys.executable, "-m", "monitoring.relay", "--help"]
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("RELAY_")}
    text = subprocess.run(command, cwd=ROOT, env=inherited, capture_output=True, text=True).stdout
    assert all(f"RELAY_{name.upper()}" in text for name in Settings.model_fields)


def test_models_are_a_list_with_commas() -> None:
    """Spaces around the names do not matter."""
    common = {name.removeprefix("RELAY_").lower(): text for name, text in GOOD.items()}
    settings = Settings(**common | {"models": "digits, news"})  # type: ignore[arg-type]
    assert settings.models == ("digits", "news")


def test_a_database_that_is_down_is_one_sentence(relay: Relay, tmp_path: Path) -> None:
    """The relay ends with 2, and shows no password."""
    down = f"postgresql://me:secret-database@127.0.0.1:{free_port()}/x"
    for address in (down, f"sqlite:///{tmp_path}"):
        said = relay.refuses({"RELAY_DATABASE_URL": address})
        assert ": no connection: " in said and said.count("\n") == 1


def test_a_model_that_no_task_made_is_named_at_the_start(tmp_path: Path) -> None:
    """It may be misspelt, or of a task that is newer than the relay's image: the relay runs."""
    relay = RelayProcess(tmp_path, "http://127.0.0.1:9", models=("digits", "digitz"))
    relay.start()
    relay.kill()
    logged = (tmp_path / "relay.log").read_text(encoding="utf-8").splitlines()
    (warning,) = [json.loads(line) for line in logged if "RELAY_MODELS" in line]
    assert warning["level"] == "warning" and warning["names"] == ["digitz"]
    assert "digits" in warning["expected"]
