"""The order in which tests start, and which of them run on the same worker."""

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadScopeScheduling

# Files that share something expensive, each with the name of what it shares.
SHARED = {
    "tests/ci/test_pipelines.py": "trained tree",
    "tests/training/stages/test_pipeline.py": "trained tree",
    "tests/monitoring/grafana/test_expressions.py": "life",
    "tests/monitoring/preview/test_preview.py": "life",
}
# Files whose tests share nothing, and take long enough to run beside each other.
SPREAD = {"tests/monitoring/recording/test_rules.py"}


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives a worker one group after the other, in the order of the tests.

    xdist's own `loadgroup` writes groups into test ids, which pytest 9.2 no longer allows:
    https://github.com/pytest-dev/pytest-xdist/issues/1386
    """

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    """Return the group of a test: its file, whose fixtures it shares, or what is said above."""
    file = nodeid.partition("::")[0]
    return nodeid if file in SPREAD else SHARED.get(file, file)


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests by `@pytest.mark.seconds`, so that no worker ends with a long one alone."""

    def seconds(item: pytest.Item) -> float:
        mark = item.get_closest_marker("seconds")
        return float(mark.args[0]) if mark else 0.0

    return sorted(items, key=seconds, reverse=True)


def without_nightly(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Return the tests that run by default, and those that wait for the night."""
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    return [item for item in items if item not in nightly], nightly
