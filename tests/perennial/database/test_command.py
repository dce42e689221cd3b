"""The command that migrates, and what it does of itself after an upgrade."""

from pathlib import Path

import pytest

from perennial import database
from perennial.database import Schema, command
from perennial.database.settings import DatabaseSettings
from tests.perennial.database.test_schema import ADD, FIRST, history


def run(schema: Schema, file: Path, *arguments: str) -> int:
    """Run a program's command on a database file."""

    class Settings(DatabaseSettings):
        database_url: str = f"sqlite:///{file}"

    return command.main(schema, Settings, database.connect, arguments)


@pytest.mark.parametrize(("automatic", "code", "version"), [(True, 0, "0002"), (False, 2, "0001")])
def test_automatic_runs_what_a_start_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], automatic: bool, code: int, version: str
) -> None:
    """A migration that needs a person is named and left; without the option it runs."""
    file = tmp_path / "shop.db"
    run(history(tmp_path / "first", (FIRST, True)), file)
    schema = history(tmp_path / "second", (FIRST, True), (ADD, automatic))
    assert run(schema, file, "--automatic") == code
    assert "run 'python -m shop.migrate'" in capsys.readouterr().err or automatic
    assert run(schema, file) == 0
    assert f"was version {version}, is version 0002" in capsys.readouterr().out


def test_automatic_makes_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where none is, as on most machines that upgrade a fork, nothing happens."""
    file = tmp_path / "shop.db"
    assert run(history(tmp_path / "first", (FIRST, True)), file, "--automatic") == 0
    assert capsys.readouterr().out == "shop: no database here yet, nothing to migrate\n"
    assert not file.exists()
