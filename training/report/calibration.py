"""Section 5: whether confidence means what it says."""

from pathlib import Path

from training.report.source import Source
from training.statistics import calibration_error


def section(source: Source, out: Path) -> list[str]:
    """Return the calibration error."""
    error = calibration_error(source.new, source.rows.labels)
    return ["## Calibration", f"Calibration error: {error:.4f}."]
