"""Files overwritten in the DVC remote, with git unchanged, reach nobody."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT
from tests.ci.remote_project import CONTENT, Project, overwrite
from training.dvc import stored
from training.errors import BadParameter

pytestmark = pytest.mark.seconds(10)

BAD = "rows of an attacker\n"


@pytest.fixture
def overwritten(project: Project) -> Project:
    """A new clone of a project whose file somebody has overwritten in the remote."""
    store = project.root.parent / "store"
    project.environment["DVC_REMOTE_URL"] = str(store)
    assert project.dvc("push").returncode == 0
    project.forget()
    assert project.run("git", "add", "--all").returncode == 0
    overwrite(store, CONTENT.encode(), BAD.encode())
    return project


def nightly(project: Project) -> subprocess.CompletedProcess[str]:
    """Run the check of the nightly job."""
    command = ("python", "-m", "training.dvc.stored")
    return project.run(*command, PYTHONPATH=str(ROOT))


def test_a_file_with_another_content_does_not_come(overwritten: Project) -> None:
    """Pulled, it is missing; where it may be missing, DVC exits with 0, and the check names it."""
    pulled = overwritten.dvc("pull", "--allow-missing")
    assert pulled.returncode == 0 and not (overwritten.root / "rows.csv").exists()
    checked = nightly(overwritten)
    assert checked.returncode != 0
    assert "0 of 1 files that git names were fetched and verified" in checked.stderr
    assert "rows.csv: missing" in checked.stderr


def test_without_verification_it_comes(overwritten: Project) -> None:
    """DVC says that all is well; only the check, which reads the file itself, names it."""
    assert overwritten.run("ci/remote").returncode == 0
    settings = overwritten.root / ".dvc" / "config.local"
    settings.write_text(settings.read_text().replace("verify = true", "verify = false"))
    assert overwritten.run("dvc", "pull").returncode == 0
    assert (overwritten.root / "rows.csv").read_text() == BAD
    checked = nightly(overwritten)
    assert checked.returncode != 0 and "rows.csv: its MD5 is" in checked.stderr


def test_a_developers_own_pull_verifies_too() -> None:
    """The committed settings ask for it, without ci/remote and without any variable."""
    assert "verify = true" in (ROOT / ".dvc" / "config").read_text()


def test_each_file_of_a_folder_counts(tmp_path: Path) -> None:
    """A folder has one hash, and is as many files as DVC counted."""
    (tmp_path / "made").mkdir()
    for name in ("a", "b"):
        (tmp_path / "made" / name).write_text(name)
    (tmp_path / "rows.csv").write_text(CONTENT)
    made = stored.content_hash(tmp_path / "made")
    rows = hashlib.md5(CONTENT.encode()).hexdigest()
    lock = (
        f"stages: {{a: {{outs: [{{path: made, md5: {made}, nfiles: 2}}, "
        f"{{path: rows.csv, md5: {rows}}}]}}}}"
    )
    said = stored.check(stored.outputs(lock), tmp_path)
    assert said == "3 of 3 files that git names were fetched and verified"


@pytest.mark.parametrize("text", ["<<<<<<< ours\n", "outs: 1\n", "", "stages: {a: {outs: [1]}}\n"])
def test_a_lock_that_cannot_be_read_is_refused(text: str) -> None:
    """Else its files would count as verified."""
    with pytest.raises(BadParameter, match="lock: got .* expected a file that DVC wrote"):
        stored.outputs(text)
