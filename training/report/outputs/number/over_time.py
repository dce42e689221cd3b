"""Errors over time, where rows have one."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.report.markdown import capital, image
from training.report.outputs.number.answers import Answers, Group
from training.report.outputs.number.by_column import panel
from training.report.outputs.number.group_plots import groups

PARTS = 12
LEAST_ROWS = 10  # of a part


def blocks(found: Answers, out: Path) -> list[str]:
    """Return a picture of the loss over time; nothing where rows have no time, or few."""
    times = found.inputs.rows.times
    some = [] if times is None else by_time(times)
    if len(some) < 2:
        return []
    title = found.inputs.headline.title
    unit = f"{title}\n({found.inputs.metric.unit})"
    groups(out / "time.png", [panel(found, "to this time (UTC)", some)], unit=unit, joined=True)
    return [
        f"**{capital(title)} over time**",
        image(f"{capital(title)} of test rows over time, with 95% intervals", "time.png"),
    ]


def by_time(times: NDArray[np.datetime64]) -> list[Group]:
    """Return up to 12 groups of equally many rows that follow each other, named by their end.

    times: shape (rows,); a row without one is in no group.
    """
    known = np.flatnonzero(~np.isnat(times))
    order = known[np.argsort(times[known], kind="stable")]
    many = min(PARTS, len(order) // LEAST_ROWS)
    found = []
    for places in np.array_split(order, many) if many else ():
        rows = np.zeros(len(times), np.bool_)
        rows[places] = True
        end = times[places[-1]].astype("datetime64[m]").item()
        found.append(Group(f"{end:%Y-%m-%d %H:%M}", rows))
    return found
