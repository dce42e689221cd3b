"""What a report says of one kind of output only, found by the kind's name."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from training.report.largest_losses import largest_losses
from training.report.report_inputs import ReportInputs

# By its name, since its modules import this one.
PACKAGE = "training.report.outputs"


class OutputReport:
    """What is said of every kind; one that has more to say is a `REPORT` in a module of its name.

    Methods return Markdown blocks and write their images into the folder.
    """

    def mistakes(self, inputs: ReportInputs, out: Path) -> list[str]:
        """Return the section on mistakes, and others on the answers after it."""
        return largest_losses(inputs, out)

    def labels(
        self, inputs: ReportInputs, here: dict[str, Any], before: dict[str, Any] | None, out: Path
    ) -> list[str]:
        """Return what the section on data says of the labels.

        here, before: the splits of summary.json; before: main's, None if it has none.
        """
        return []

    def details(self, inputs: ReportInputs) -> dict[str, str]:
        """Return parts of the last section by their titles; empty ones are left out."""
        return {}


def report_of(inputs: ReportInputs) -> OutputReport:
    """Return what there is to say of the output's kind."""
    name = f"{PACKAGE}.{inputs.output.kind}"
    if find_spec(name) is None:
        return OutputReport()
    report: OutputReport = import_module(name).REPORT
    return report
