"""Mistakes: what the output's kind says of them and of other answers."""

from pathlib import Path

from training.report.output_report import report_of
from training.report.report_inputs import ReportInputs


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return what there is to say."""
    return report_of(inputs).mistakes(inputs, out)
