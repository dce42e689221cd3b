"""The relay's command line and settings: a wrong one is named before anything runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.relay.settings import Settings

ROOT = Path(__file__).parents[3]
GOOD = {
    "RELAY_GITLAB_URL": "https://gitlab.example",
    "RELAY_PROJECT": "7",
    "RELAY_TRIGGER_TOKEN": "secret-trigger",
    "RELAY_READ_TOKEN": "secret-read",
    "RELAY_BEARER_TOKEN": "secret-bearer",
}


def _run(changes: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("RELAY_")}
    return subprocess.run(
        [sys.executable, "-m", "monitoring.relay", *arguments],
        cwd=ROOT,
        env={**inherited, **GOOD, **changes},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"RELAY_GITLAB_URL": ""}, "RELAY_GITLAB_URL: Field required"),
        ({"RELAY_GITLAB_URL": "gitlab"}, "RELAY_GITLAB_URL: got 'gitlab', String should match"),
        ({"RELAY_PORT": "99999"}, "RELAY_PORT: got '99999', Input should be less than or equal"),
        ({"RELAY_DAILY_BUDGET": "0"}, "RELAY_DAILY_BUDGET: got '0', Input should be greater"),
        ({"RELAY_TIMEOUT_SECONDS": "soon"}, "RELAY_TIMEOUT_SECONDS: got 'soon', Input should be"),
        ({"RELAY_BEARER_TOKEN": ""}, "RELAY_BEARER_TOKEN, RELAY_HMAC_SECRET: got none, expected"),
        ({"RELAY_MODELS": " , "}, "RELAY_MODELS: got none, expected names separated by commas"),
        (
            {"RELAY_SETTLE_SECONDS": "5"},
            "RELAY_SETTLE_SECONDS: got 5, expected at least RELAY_TIMEOUT_SECONDS (10)",
        ),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_shown(
    changes: dict[str, str], message: str
) -> None:
    """The program ends with 2 and one line a problem."""
    done = _run(changes)
    assert (done.returncode, done.stderr.splitlines()[0][: len(message)]) == (2, message)
    assert "secret-" not in done.stderr


def test_help_lists_every_setting() -> None:
    """A newcomer needs no other page."""
    text = _run({}, "--help").stdout
    assert all(f"RELAY_{name.upper()}" in text for name in Settings.model_fields)
    assert "secret-" not in text


def test_models_are_a_list_with_commas() -> None:
    """Spaces around the names do not matter."""
    common = {name.removeprefix("RELAY_").lower(): text for name, text in GOOD.items()}
    settings = Settings(**common | {"models": "digits, news"})  # type: ignore[arg-type]
    assert settings.models == ("digits", "news")
