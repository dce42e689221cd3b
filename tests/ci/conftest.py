"""A fork for every test of ci/upgrade."""

from pathlib import Path

import pytest

from tests.ci.forks import OWN, PARAMS, Fork


@pytest.fixture
def fork(tmp_path: Path) -> Fork:
    """A fork with a task of its own, whose model is retrained."""
    made = Fork(tmp_path)
    task = {"task.py": "# Ours.\n" + "code\n" * 20, "params.yaml": PARAMS.format("1.1.0")}
    made.commit({f"{OWN}/{name}": text for name, text in (task | {"dvc.lock": "a: 7\n"}).items()})
    return made
