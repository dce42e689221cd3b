"""Reads from the environment which trackers record a run, and how long they are waited for."""

from collections.abc import Mapping

from training.errors import BadParameter
from training.trackers import TRACKERS

# The environment variable with the trackers' names, and its default. NONE stands alone.
VARIABLE = "TRACKERS"
DEFAULT, NONE = "dvclive", "none"
# How long a stage waits at its end for all trackers together, in seconds.
WAIT = "TRACKERS_WAIT"
WAIT_DEFAULT = 30.0


def chosen(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the trackers that the environment lists. Raises BadParameter.

    >>> chosen({}), chosen({"TRACKERS": "mlflow, dvclive"}), chosen({"TRACKERS": "none"})
    (('dvclive',), ('mlflow', 'dvclive'), ())
    """
    listed = environment.get(VARIABLE) or DEFAULT
    names = dict.fromkeys(name.strip() for name in listed.split(","))
    if list(names) == [NONE]:
        return ()
    for name in names:
        if name not in TRACKERS:
            known = ", ".join(sorted(TRACKERS))
            raise BadParameter(VARIABLE, name, f"{NONE}, or one or more of {known}")
    return tuple(names)


def wait_of(environment: Mapping[str, str]) -> float:
    """Return how many seconds a stage waits at its end. Raises BadParameter.

    >>> wait_of({}), wait_of({"TRACKERS_WAIT": "2.5"})
    (30.0, 2.5)
    """
    given = environment.get(WAIT) or str(WAIT_DEFAULT)
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise BadParameter(WAIT, given, "a number of seconds, 0 or more")
    return seconds
