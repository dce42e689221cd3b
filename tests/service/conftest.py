"""A service with one bundle, ready for requests, and the two databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from service import tables
from tests.service import databases, fakes
from tests.service.fakes import Running


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """A running service with a bundle of version 1.0.0."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path)) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database, empty on PostgreSQL too."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'store.db'}"
    address: str = request.getfixturevalue("postgres_url")
    databases.empty(address)
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The engine of the database."""
    made = tables.connect(url)
    yield made
    made.dispose()
