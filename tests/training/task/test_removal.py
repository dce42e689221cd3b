"""A task goes with its folders, and nothing goes that git could not bring back."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.task.test_changes import git
from tests.trees import TOY, Tree
from training.task.creation import create
from training.task.files import data_folder, folder
from training.task.removal import mentions, remove, unsaved


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two tasks, all committed."""
    git(tmp_path, "init", "--quiet")
    for name in ("cats", "news"):
        create(name, tmp_path)
    (tmp_path / ".gitignore").write_text("artifacts/\n.env\n__pycache__/\n")
    commit(tmp_path)
    return tmp_path


def commit(root: Path) -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "more")


def test_a_removed_task_leaves_the_others(root: Path) -> None:
    """Its folders and example reports go, and links to them; what names it is listed."""
    for name in ("cats", "news"):
        for place in (f"tests/training/tasks/{name}", f"artifacts/{name}", f"docs/examples/{name}"):
            (root / place).mkdir(parents=True)
        report = root / "docs" / "examples" / name / "report.md"
        report.write_text(f"<!-- perennial-report: {name} -->\n")
    links = "[a](training/tasks/cats/task.py), [b](docs/examples/news/report.md#top)"
    (root / "README.md").write_text(f"It tells cats from dogs: {links}.\n")
    commit(root)
    assert len(remove("cats", root)) == 5
    left = {str(path.relative_to(root)) for path in root.rglob("*/*") if "cats" in str(path)}
    assert not {name for name in left if not name.startswith(".git")}
    assert (root / folder("news") / "task.py").is_file()
    assert (root / "docs" / "examples" / "news" / "report.md").is_file()
    text = (root / "README.md").read_text()
    assert text == "It tells cats from dogs: a, [b](docs/examples/news/report.md#top).\n"
    assert mentions("cats", root) == ["README.md"]


def test_settings_that_still_name_it_are_listed(root: Path) -> None:
    """YAML, compose's ignored .env and variables that end with its name, but no longer name."""
    (root / ".env").write_text("RELAY_MODELS=news,cats\n")
    (root / "compose.yml").write_text("environment: {PERENNIAL_URL_cats: http://a}\n")
    (root / "other.yml").write_text("environment: {PERENNIAL_URL_cats_2: http://a, bobcats: 1}\n")
    commit(root)
    remove("cats", root)
    assert mentions("cats", root) == [".env", "compose.yml"]


def test_what_git_does_not_have_is_named(root: Path) -> None:
    """New, ignored, changed or only staged files; outputs and bytecode are made again."""
    assert unsaved("cats", root) == []
    code, data = root / folder("cats"), root / data_folder("cats")
    (data / ".gitignore").write_text("/feedback.parquet\n")
    commit(root)
    (data / "feedback.parquet").write_text("rows\n")
    (code / "task.py").write_text("changed\n")
    (code / "é.py").touch()
    git(root, "add", "--all")
    (code / "helpers.py").touch()
    for made in (root / "artifacts" / "cats" / "bundle", code / "__pycache__"):
        made.mkdir(parents=True)
        (made / "file").touch()
    assert unsaved("cats", root) == [
        "data/cats/feedback.parquet",
        "training/tasks/cats/helpers.py",
        "training/tasks/cats/task.py",
        "training/tasks/cats/é.py",
    ]
    assert unsaved("news", root) == []


def dvc(root: Path, *command: str) -> None:
    """Run DVC."""
    subprocess.run([sys.executable, "-m", "dvc", "--quiet", *command], cwd=root, check=True)


@pytest.mark.parametrize("place", ["feedback.parquet", "big/one/rows.parquet"])
def test_rows_that_dvc_has_are_saved(root: Path, place: str) -> None:
    """A file or a folder: once the .dvc file is committed, while its cache has these very rows."""
    dvc(root, "init")
    data = root / data_folder("cats")
    rows = data / place
    rows.parent.mkdir(parents=True, exist_ok=True)
    rows.write_bytes(b"rows")
    name = str(rows.relative_to(root))
    dvc(root, "add", str(data / place.split("/")[0]))
    assert name in unsaved("cats", root)
    commit(root)
    assert unsaved("cats", root) == []
    rows.unlink()
    rows.write_bytes(b"other rows")
    assert unsaved("cats", root) == [name]
    rows.write_bytes(b"rows")
    shutil.rmtree(root / ".dvc" / "cache")
    assert unsaved("cats", root) == [name]


def test_rows_behind_a_link_stay(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where the data's folder is on another disk, the link goes and the rows are not in danger."""
    disk = tmp_path_factory.mktemp("disk")
    (disk / "rows.parquet").touch()
    data = root / data_folder("cats")
    shutil.rmtree(data)
    data.symlink_to(disk)
    assert unsaved("cats", root) == []
    remove("cats", root)
    assert not data.is_symlink() and (disk / "rows.parquet").exists()


def test_without_git_everything_would_be_lost(tmp_path: Path) -> None:
    """In an unpacked archive every file of the task is named."""
    create("cats", tmp_path)
    assert len(unsaved("cats", tmp_path)) == 5


def test_the_command_refuses_until_it_is_forced(tmp_path: Path) -> None:
    """The first call names the rows and removes nothing."""
    root = Tree(tmp_path / "tree").root
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "toy")
    rows = root / data_folder(TOY) / "rows.parquet"
    rows.write_text("rows\n")
    command = [sys.executable, "-m", "training.tasks", "remove", TOY]
    first = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert first.returncode == 1 and rows.exists()
    assert first.stderr.startswith("RemovalRefused: toy: these files are not in git as they are")
    assert f"\n  data/{TOY}/rows.parquet\n" in first.stderr and "FORCE=1" in first.stderr
    second = subprocess.run([*command, "--force"], cwd=root, capture_output=True, text=True)
    assert second.returncode == 0 and not rows.exists(), second.stderr
    assert f"variables that end with _{TOY}" in second.stdout


def test_a_removal_is_whole_when_nobody_reads_its_output(tmp_path: Path) -> None:
    """As behind `| head -1`; the next command of `make task-remove` runs, too."""
    root = Tree(tmp_path / "tree").root
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "training.tasks", "remove", TOY, "--force"]
    with open(writing, "w") as nobody:
        done = subprocess.run(command, cwd=root, stdout=nobody, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "") and not (root / folder(TOY)).exists()
