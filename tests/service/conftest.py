"""A service with one bundle, ready for requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service import fakes
from tests.service.fakes import Running


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """A running service with a bundle of version 1.0.0."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path)) as running:
        yield running
