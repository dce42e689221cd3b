"""Which database a collection reads, in the service's own variables."""

from pathlib import Path

import pytest

from tests.bundles import images
from tests.training.repository import TASKS, Repository
from training.errors import CollectRefused
from training.feedback import collect
from training.feedback.settings import database_url


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the variables."""
    for name in ("URL", "PASSWORD"):
        monkeypatch.delenv(f"PERENNIAL_DATABASE_{name}", raising=False)
        monkeypatch.delenv(f"PERENNIAL_DATABASE_{name}_FILE", raising=False)


def test_the_database_may_be_named_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --database, or with an empty one, the variables apply."""
    repository = Repository(tmp_path)
    repository.label(images(120), [str(i % 10) for i in range(120)])
    (tmp_path / "url").write_text(f"{repository.address}\n")
    monkeypatch.setenv("PERENNIAL_DATABASE_URL_FILE", str(tmp_path / "url"))
    collect.main(
        ["--task=digits", "--database="], tasks=TASKS, root=tmp_path, track=repository.track
    )
    assert len(repository.rows()["label"]) == 120


def test_the_password_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the service's own password in containers is."""
    (tmp_path / "password").write_text("hush\n")
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", "postgresql://me@db/perennial")
    monkeypatch.setenv("PERENNIAL_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    assert database_url() == "postgresql://me:hush@db/perennial"


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its value, which may have a password, is not shown."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", "mysql://me:hush@db")
    with pytest.raises(CollectRefused, match="^PERENNIAL_DATABASE_URL: got a hidden value"):
        database_url()
