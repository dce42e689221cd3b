"""The Prometheus that the tests of dashboards and of their pictures ask."""

from collections.abc import Iterator

import pytest

from tests.monitoring.grafana.running import Life, running


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A service and a relay that had a short, eventful life."""
    with running(tmp_path_factory.mktemp("running")) as seen:
        yield seen
