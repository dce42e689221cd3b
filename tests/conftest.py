"""Fixtures that tests of several packages share."""

import tests.threads  # noqa: F401  must come before anything that imports numpy

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.engine import Engine

from service.store import tables
from tests import order, trees
from tests.postgres import PostgresMissing, database, postgres
from tests.trees import Tree


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> order.Groups:
    """Keep tests together that share what is expensive."""
    return order.Groups(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave nightly tests out unless `-m` asks for them; on workers, start the longest first."""
    if "nightly" not in config.getoption("markexpr"):
        items[:], left_out = order.without_nightly(items)
        config.hook.pytest_deselected(items=left_out)
    if hasattr(config, "workerinput"):
        items[:] = order.longest_first(items)


# Structlog's own, but for tracebacks, which rich takes half a second each to draw.
LOGS = [
    *structlog.get_config()["processors"][:-1],
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]


@pytest.fixture(autouse=True)
def logs_as_shipped() -> Iterator[None]:
    """A program that a test runs in this process leaves its format of logs to no other test."""
    structlog.configure(processors=LOGS)
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def trained_tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A copy of this tree after its first `dvc repro`."""
    return trees.trained(tmp_path_factory.mktemp("trained") / "clone")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a real PostgreSQL server: the one given, or one started for this session."""
    try:
        with postgres() as url:
            yield url
    except PostgresMissing as error:
        pytest.fail(str(error))


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database on a real PostgreSQL."""
    with database(postgres_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'store.db'}"
    address: str = request.getfixturevalue("postgres_database")
    return address


@pytest.fixture
def urls(postgres_database: str, tmp_path: Path) -> list[str]:
    """The URLs of an empty database of each kind, for a test of both at once."""
    return [f"sqlite:///{tmp_path / 'store.db'}", postgres_database]


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The engine of the database."""
    made = tables.connect(url)
    yield made
    made.dispose()
