"""Fixtures that tests of DVC's remotes share, and those of upgrades."""

import shutil
from pathlib import Path

import pytest

from tests.ci.forks import OWN, PARAMS, Fork
from tests.ci.remote_project import Project


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project once."""
    project = Project(tmp_path_factory.mktemp("template") / "project")
    project.create()
    return project.root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """Return a copy of the project, without a remote."""
    shutil.copytree(template, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


@pytest.fixture
def fork(tmp_path: Path) -> Fork:
    """A fork with a task of its own, whose model is retrained."""
    made = Fork(tmp_path)
    task = {"task.py": "# Ours.\n" + "code\n" * 20, "params.yaml": PARAMS.format("1.1.0")}
    made.commit({f"{OWN}/{name}": text for name, text in (task | {"dvc.lock": "a: 7\n"}).items()})
    return made
