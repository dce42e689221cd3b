"""A job that is about to propose."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.training.gitlab_server import serving
from tests.training.job import Job


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    """Return a job that is about to propose."""
    with serving() as gitlab:
        yield Job(tmp_path, gitlab)
