"""The control limit of a share, in PromQL; perennial/statistics/control_limit.py defines it."""

from monitoring.thresholds import Thresholds


def share_limit(reference: str, size: str, rows: str, thresholds: Thresholds) -> str:
    """Return the limit of a share of live rows; size: how many rows the reference's is of."""
    return (
        f"{reference} - {thresholds.accuracy_z:g} * sqrt(\n"
        f"  {reference} * (1 - {reference})\n"
        f"  * (1 / ({rows} > 0) + 1 / {size})\n"
        ")"
    )
