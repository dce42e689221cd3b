"""A forge with the fixture's repository, for the tests that only push to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.forge.fixtures import ForgeServer, git, running_forge, seed


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge with the fixture's repository, whose first push has run."""
    with running_forge(tmp_path_factory.mktemp("forge"), timeout=120) as running:
        seed(running)
        running.settle()
        yield running


@pytest.fixture
def clone(server: ForgeServer) -> Path:
    """The working copy, on an up-to-date main."""
    folder = server.folder / "clone"
    git(folder, "fetch", "--quiet", "origin")
    git(folder, "checkout", "--quiet", "-B", "main", "origin/main")
    return folder
