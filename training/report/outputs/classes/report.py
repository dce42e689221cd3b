"""What a report says of classes."""

from pathlib import Path
from typing import Any

from training.report.output_report import OutputReport
from training.report.outputs.classes import calibration, confusion
from training.report.outputs.classes.answers import Answers
from training.report.outputs.classes.labels import label_scores, label_shares
from training.report.report_inputs import ReportInputs


class ClassesReport(OutputReport):
    """Which labels are confused, whether confidence is right, and how labels are spread."""

    def mistakes(self, inputs: ReportInputs, out: Path) -> list[str]:
        """Return the sections on mistakes and on calibration."""
        found = Answers(inputs)
        return confusion.section(found, out) + calibration.section(found, out)

    def labels(
        self, inputs: ReportInputs, here: dict[str, Any], before: dict[str, Any] | None, out: Path
    ) -> list[str]:
        """Return the picture of their shares, and which changed most."""
        return label_shares(inputs, here, before, out)

    def details(self, inputs: ReportInputs) -> dict[str, str]:
        """Return the scores per label."""
        return {"Scores per label": label_scores(Answers(inputs))}


REPORT: OutputReport = ClassesReport()
