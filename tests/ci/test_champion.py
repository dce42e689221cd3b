"""Main's model comes with all that belongs to it, from whichever remote is set, or says why not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.workspace import ROOT
from tests.ci.remote_project import overwrite

pytestmark = pytest.mark.seconds(15)

STAGE = """
stages:
  export:
    wdir: ../../..
    cmd: mkdir -p artifacts/digits/bundle artifacts/digits/metrics &&
      echo model > artifacts/digits/bundle/model.onnx &&
      echo 0.9 > artifacts/digits/metrics/metrics.json
    metrics: [artifacts/digits/metrics/metrics.json]
    outs: [artifacts/digits/bundle]
"""
# As before tasks had folders.
OLD_STAGE = STAGE.replace("    wdir: ../../..\n", "")


class Project:
    """A repository with a model in its second commit, pushed to a remote, and nothing cached."""

    def __init__(self, root: Path) -> None:
        self.root = root / "project"
        self.remote = root / "remote"
        self.root.mkdir()
        self.run("git", "init", "--quiet")
        self.run("dvc", "init", "--quiet")
        self.run("dvc", "remote", "add", "--quiet", "--default", "store", str(self.remote))
        (self.root / ".gitignore").write_text("/artifacts/\n")
        self.first = self.commit()
        self.old = self._train(self.root, OLD_STAGE)
        (self.root / "dvc.yaml").unlink()
        (self.root / "dvc.lock").unlink()
        self.folder = self.root / "training" / "tasks" / "digits"
        self.folder.mkdir(parents=True)
        (self.folder / "params.yaml").write_text("version: 1\n")
        self.second = self._train(self.folder, STAGE)
        (self.folder / "params.yaml").write_text("version: 2\n")
        for made in ("artifacts", ".dvc/cache"):
            shutil.rmtree(self.root / made)

    def _train(self, folder: Path, stage: str) -> str:
        """Run and push a stage that stands in this folder, and return the commit of its lock."""
        (folder / "dvc.yaml").write_text(stage)
        self.run("dvc", "repro", "--quiet", str(folder / "dvc.yaml"))
        self.run("dvc", "push", "--quiet")
        return self.commit()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command here, with this environment's DVC."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "DVC_NO_ANALYTICS": "1"}
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )

    def commit(self) -> str:
        """Commit everything and return the commit."""
        self.run("git", "add", "--all")
        self.run("git", "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "-qm", "x")
        return self.run("git", "rev-parse", "HEAD").stdout.strip()

    def champion(self, revision: str) -> subprocess.CompletedProcess[str]:
        """Fetch the champion over what an earlier job left."""
        (self.root / "champion").mkdir(exist_ok=True)
        (self.root / "champion" / "stale").touch()
        return self.run(str(ROOT / "ci" / "champion"), "digits", revision, "champion")

    def fetched(self) -> dict[str, str]:
        """Return the files of the champion."""
        folder = self.root / "champion"
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_text().strip() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, made once; only read it."""
    return Project(tmp_path_factory.mktemp("champion"))


@pytest.fixture
def project(made: Project) -> Iterator[Project]:
    """The project, whose remote, settings and commit are put back after a test."""
    yield made
    made.run("git", "reset", "--quiet", "--hard", made.second)
    (made.root / ".dvc" / "config.local").unlink(missing_ok=True)
    away = made.remote.with_name("away")
    if away.exists():
        away.rename(made.remote)


def test_everything_of_that_commit_is_fetched(project: Project) -> None:
    """Bundle, metrics and that commit's parameters; nothing of an earlier job; no cache needed."""
    result = project.champion("HEAD")
    assert result.returncode == 0, result.stderr
    assert project.fetched() == {
        "bundle/model.onnx": "model",
        "metrics/metrics.json": "0.9",
        "params.yaml": "version: 1",
    }
    assert project.second.startswith(result.stdout.split()[-1])


def test_a_commit_without_a_model_leaves_no_folder(project: Project) -> None:
    """The challenger is the first then, which is no error."""
    result = project.champion(project.first)
    assert result.returncode == 0 and "has no model of digits yet" in result.stdout
    assert not (project.root / "champion").exists()


def test_a_link_in_its_place_goes_and_what_it_leads_to_stays(project: Project) -> None:
    """Else an older model behind it would pass for that of a commit without one."""
    place, behind = project.root / "champion", project.root / "behind"
    shutil.rmtree(place, ignore_errors=True)
    (behind / "bundle").mkdir(parents=True)
    place.symlink_to(behind)
    result = project.run(str(ROOT / "ci" / "champion"), "digits", project.first, "champion")
    assert result.returncode == 0 and "has no model of digits yet" in result.stdout
    assert not place.is_symlink() and (behind / "bundle").is_dir()
    shutil.rmtree(behind)


def test_what_cannot_be_removed_is_an_error(project: Project) -> None:
    """Files of another user, say, or here a path below a file."""
    command = (str(ROOT / "ci" / "champion"), "digits", project.first, "champion/below")
    shutil.rmtree(project.root / "champion", ignore_errors=True)
    (project.root / "champion").touch()
    result = project.run(*command)
    (project.root / "champion").unlink()
    assert result.returncode == 2 and not result.stdout
    assert result.stderr.startswith("champion: champion/below: Not a directory; expected a path")


def test_a_commit_from_before_tasks_had_folders_has_its_model(project: Project) -> None:
    """Else the merge request that moves a task would be judged as if it brought the first model."""
    result = project.champion(project.old)
    assert result.returncode == 0, result.stderr
    assert project.fetched().keys() == {"bundle/model.onnx", "metrics/metrics.json"}


def test_a_lock_with_windows_line_ends_is_read(project: Project) -> None:
    """Git may have converted it; that is no reason to call the next model the first."""
    lock = project.folder / "dvc.lock"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    commit = project.commit()
    result = project.champion(commit)
    assert result.returncode == 0, result.stderr
    assert project.fetched()["bundle/model.onnx"] == "model"


@pytest.mark.parametrize("text", ["stages:\n<<<<<<< ours\n", "", "stages: [1]\n", "\xff"])
def test_a_lock_that_cannot_be_read_is_an_error(project: Project, text: str) -> None:
    """A merge left it so, say; the next model is not the first because of that."""
    (project.folder / "dvc.lock").write_bytes(text.encode("latin-1"))
    result = project.champion(project.commit())
    assert result.returncode == 2 and not result.stdout
    assert "training/tasks/digits/dvc.lock of" in result.stderr and "DVC wrote" in result.stderr
    assert not (project.root / "champion").exists()


def test_git_keeps_line_ends_as_dvc_hashes_them(tmp_path: Path) -> None:
    """This repository's .gitattributes turn Windows' line ends into those of all other systems."""
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    (tmp_path / "dvc.lock").write_bytes(b"stages:\r\n")
    command = ["git", "-C", str(tmp_path)]
    subprocess.run([*command, "init", "--quiet"], check=True)
    subprocess.run([*command, "add", "--all"], check=True, capture_output=True)
    shown = subprocess.run([*command, "show", ":dvc.lock"], check=True, capture_output=True)
    assert shown.stdout == b"stages:\n"


def test_the_remote_of_the_local_settings_is_used(project: Project) -> None:
    """DVC_REMOTE_URL ends in .dvc/config.local, which goes before the committed remote."""
    away = project.remote.with_name("away")
    project.remote.rename(away)
    project.run("dvc", "remote", "modify", "--quiet", "--local", "store", "url", str(away))
    assert project.champion("HEAD").returncode == 0
    assert project.fetched()["bundle/model.onnx"] == "model"


def test_a_remote_that_lacks_the_model_is_an_error(project: Project) -> None:
    """It names a file that is missing, the commit and what to do; half a champion is removed."""
    project.remote.rename(project.remote.with_name("away"))
    result = project.champion(project.second)
    assert result.returncode == 2
    assert "artifacts/digits/" in result.stderr
    assert f"champion: {project.second[:7]}" in result.stderr and "dvc push" in result.stderr
    assert not (project.root / "champion").exists()


def test_an_unknown_commit_is_an_error(project: Project) -> None:
    """A shallow clone lacks the commit, which is not the same as a commit without a model."""
    result = project.champion("0123456789")
    assert result.returncode == 2 and "0123456789: no such commit" in result.stderr
    assert "GIT_DEPTH" in result.stderr


def test_a_model_overwritten_in_the_remote_is_an_error(project: Project) -> None:
    """`dvc get` alone takes it, settings or not, and a bad champion would let any model win."""
    kept = project.remote.with_name("kept")
    shutil.copytree(project.remote, kept)
    overwrite(project.remote, b"model\n", b"bad\n")
    project.run("dvc", "remote", "modify", "--quiet", "--local", "store", "verify", "true")
    command = ("dvc", "get", ".", "artifacts/digits", "--rev", project.second, "--out", "taken")
    assert project.run(*command).returncode == 0
    assert (project.root / "taken" / "bundle" / "model.onnx").read_text() == "bad\n"
    result = project.champion(project.second)
    shutil.rmtree(project.remote)
    kept.rename(project.remote)
    assert result.returncode == 2
    assert "  bundle: its MD5 is" in result.stderr
    assert "has other files than this commit's lock names" in result.stderr
    assert not (project.root / "champion").exists()


DIGEST = "training/tasks/digits/bundle.sha256"


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("", f"{DIGEST}: got '', expected 64 hexadecimal digits"),
        (None, f"has no {DIGEST}, which its lock names"),
        (f"{'a' * 64}  x\n", "bundle/manifest.json: not there, expected the bundle"),
    ],
)
def test_a_model_without_the_digest_that_git_names_is_an_error(
    project: Project, recorded: str | None, said: str
) -> None:
    """Also where the lock names the digest's file and the commit does not have it."""
    if recorded is None:
        named = f"{{path: {DIGEST}, hash: md5, md5: {'a' * 32}, size: 1}}"
        with (project.folder / "dvc.lock").open("a") as lock:
            lock.write(f"  more:\n    cmd: x\n    outs: [{named}]\n")
    else:
        (project.root / DIGEST).write_text(recorded)
    commit = project.commit()
    result = project.champion(commit)
    assert result.returncode == 2 and said in result.stderr
    assert f"champion: {commit[:7]}" in result.stderr
    assert not (project.root / "champion").exists()
