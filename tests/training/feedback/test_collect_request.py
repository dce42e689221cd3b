"""What `collect` is asked for, and where it reads: what is wrong is named."""

from pathlib import Path

import pytest

from service.store.writes import utc
from tests.training.repository import START, TASKS, Repository
from training.command_line import run
from training.errors import BadParameter, CollectRefused
from training.feedback import collect
from training.feedback.request import parse_time

INCIDENT = "0123456789ab"
WHOLE = [f"--incident={INCIDENT}", f"--incident-started={utc(START)}"]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an empty one."""
    return Repository(tmp_path)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (["--incident=xyz", f"--incident-started={utc(0)}"], "--incident"),
        ([f"--incident={INCIDENT}"], "--incident-started"),
        ([f"--incident-started={utc(0)}"], "--incident-started"),
        ([f"--incident={INCIDENT}", "--incident-started=yesterday"], "--incident-started"),
        ([*WHOLE, f"--since={utc(0)}"], "--since"),
        (["--since=soon"], "--since"),
    ],
)
def test_a_wrong_option_is_named(repository: Repository, options: list[str], field: str) -> None:
    """The message names the option, its value and what was expected."""
    with pytest.raises(BadParameter, match=f"^{field}: got .* expected"):
        repository.collect(*options)


def test_a_database_that_is_absent_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong address does not create an empty database; a wrong server hides the password."""
    missing = tmp_path / "none.db"
    root = Repository(tmp_path).root

    def collect_from(database: str) -> int:
        arguments = ["--task=digits", f"--database={database}"]
        return run(lambda: collect.main(arguments, root=root, tasks=TASKS))

    assert collect_from(f"sqlite:///{missing}") == 2
    assert "none.db: not found" in capsys.readouterr().err and not missing.exists()
    assert collect_from("postgresql://user:secret@127.0.0.1:1/x") == 2
    shown = capsys.readouterr().err
    assert "127.0.0.1:1/x" in shown and "secret" not in shown


def test_a_database_without_the_view_is_refused(tmp_path: Path) -> None:
    """A database of something else is an error that names it."""
    (tmp_path / "other.db").touch()
    repository = Repository(tmp_path)
    arguments = ["--task=digits", f"--database=sqlite:///{tmp_path / 'other.db'}"]
    with pytest.raises(CollectRefused, match="other.db: .*no such table"):
        collect.main(arguments, root=repository.root, tasks=TASKS)


def test_times_of_other_zones_become_utc() -> None:
    """The relay's Z, an offset and none at all mean what they say."""
    assert parse_time("2026-11-21T12:00:00+02:00", name="x") == parse_time(
        "2026-11-21T10:00:00", name="x"
    )
