"""Fixtures that tests of several packages share."""

from collections.abc import Iterator

import pytest

from tests.postgres import PostgresMissing, postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a real PostgreSQL: the one given, or one started for this session."""
    try:
        with postgres() as url:
            yield url
    except PostgresMissing as error:
        pytest.fail(str(error))
