"""What a report says of numbers."""

from pathlib import Path
from typing import Any

import numpy as np

from perennial.statistics.figures import decimals, written
from training.report.largest_losses import largest_losses
from training.report.markdown import image
from training.report.output_report import OutputReport
from training.report.outputs.number import by_column, intervals, labels, over_time
from training.report.outputs.number.answers import Answers
from training.report.outputs.number.pictures import answers_by_truth, errors
from training.report.report_inputs import ReportInputs


class NumberReport(OutputReport):
    """How far answers are from truths, where and when; whether intervals hold."""

    def mistakes(self, inputs: ReportInputs, out: Path) -> list[str]:
        """Return the sections on mistakes and on intervals."""
        if not len(inputs.rows.labels):
            return []
        found = Answers(inputs)
        answers_by_truth(out / "answers.png", found)
        errors(out / "errors.png", found)
        places = decimals(*np.abs(found.truths).tolist())
        title, *rest = largest_losses(
            inputs,
            out,
            shown=lambda label: written(float(label), places),
            unit=inputs.metric.unit,
        )
        return [
            title,
            f"{image('Answers by true label', 'answers.png')} "
            f"{image('Errors: answer minus true label', 'errors.png')}",
            *rest,
            *by_column.blocks(found, out),
            *over_time.blocks(found, out),
            *intervals.section(found),
        ]

    def labels(
        self, inputs: ReportInputs, here: dict[str, Any], before: dict[str, Any] | None, out: Path
    ) -> list[str]:
        """Return the spread of the training rows' labels."""
        return labels.spread(inputs)


REPORT: OutputReport = NumberReport()
