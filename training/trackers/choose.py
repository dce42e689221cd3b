"""Chooses the tracker that the environment names."""

from collections.abc import Mapping

from training.errors import BadParameter
from training.trackers import TRACKERS
from training.trackers.tracker import Start

# The environment variable that chooses the tracker, and its default.
VARIABLE = "TRACKER"
DEFAULT = "dvclive"


def chosen(environment: Mapping[str, str]) -> Start:
    """Return the tracker that the environment names. Raises BadParameter."""
    name = environment.get(VARIABLE) or DEFAULT
    if name not in TRACKERS:
        raise BadParameter(VARIABLE, name, f"one of {', '.join(sorted(TRACKERS))}")
    return TRACKERS[name]
