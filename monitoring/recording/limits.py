"""The control limit of a share, in PromQL; perennial/statistics/control_limit.py defines it."""

from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds


def share_limit(
    reference: str,
    size: str,
    rows: str,
    thresholds: Thresholds,
    *,
    rows_as_one: str = "1",
    reference_as_one: str = "1",
) -> str:
    """Return the limit of a share of live rows; size: how many rows the reference's is of.

    rows_as_one, reference_as_one: how many live rows count as one, and how many of the reference's.
    """
    one = f"{reference_as_one} / {size}"
    # At least one of the reference's rows is taken for wrong.
    wrong = f"((1 - {reference}) > {one} or {one})"
    return (
        f"{reference} - {thresholds.accuracy_z:g} * sqrt(\n"
        f"  {wrong}\n  * (1 - {wrong})\n"
        f"  * ({rows_as_one} / ({rows} > 0) + {reference_as_one} / {size})\n"
        ")"
    )


def rows_as_one(window: str, rows: str, thresholds: Thresholds) -> str:
    """Return how many predictions of a window count as one; rows: how many there are."""
    if not thresholds.learned_windows:
        return "1"
    # Where no signal of the answers is known yet, each counts.
    return f"({Window(window).answer_effect} or 1 + 0 * {rows})"
