"""The order in which tests start, and which of them run on the same worker."""

from collections.abc import Sequence

import pytest


def seconds(item: pytest.Item) -> float:
    """Return what `@pytest.mark.seconds` says that a test takes, 0 where it says nothing."""
    mark = item.get_closest_marker("seconds")
    return float(mark.args[0]) if mark else 0.0


def keep_files_together(items: Sequence[pytest.Item]) -> None:
    """Put every test in the group of its file, unless it names a group of its own.

    The tests of a file share its fixtures, which would otherwise be made once per worker.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests, the longest first, so that no worker ends with a long one alone."""
    return sorted(items, key=lambda item: -seconds(item))


def without_nightly(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Return the tests that run by default, and those that wait for the night."""
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    return [item for item in items if item not in nightly], nightly
