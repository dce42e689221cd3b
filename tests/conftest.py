"""Fixtures that tests of several packages share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from service import tables
from tests import order
from tests.postgres import PostgresMissing, postgres
from tests.service import databases


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave nightly tests out unless `-m` asks for them; on workers, start the longest first."""
    if "nightly" not in config.getoption("markexpr"):
        items[:], left_out = order.without_nightly(items)
        config.hook.pytest_deselected(items=left_out)
    if hasattr(config, "workerinput"):
        order.keep_files_together(items)
        items[:] = order.longest_first(items)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a real PostgreSQL: the one given, or one started for this session."""
    try:
        with postgres() as url:
            yield url
    except PostgresMissing as error:
        pytest.fail(str(error))


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
