"""Fixtures that the tests of DVC's remotes share."""

import shutil
from pathlib import Path

import pytest

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
