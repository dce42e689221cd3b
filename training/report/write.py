"""Writes the report: its sections, in the order in which a reviewer needs them."""

from collections.abc import Callable
from pathlib import Path

from training.gitlab.note import REPORT, bundle_marker, marker
from training.report import openmetrics
from training.report.report_inputs import ReportInputs
from training.report.sections import (
    cost,
    curves,
    data,
    details,
    limits,
    lineage,
    metrics,
    mistakes,
    runs,
    slices,
    verdict,
)

# Returns Markdown blocks; writes its images into the folder.
Section = Callable[[ReportInputs, Path], list[str]]

SECTIONS: tuple[Section, ...] = (
    verdict.section,
    metrics.section,
    curves.section,
    mistakes.section,
    slices.section,
    data.section,
    limits.section,
    cost.section,
    lineage.section,
    runs.section,
    details.section,
)


def write(inputs: ReportInputs, out: Path) -> Path:
    """Write the report, its images and GitLab's metrics report; return the report's path."""
    out.mkdir(parents=True, exist_ok=True)
    blocks = [marker(inputs.task)]
    for section in SECTIONS:
        blocks += section(inputs, out)
    blocks.append(bundle_marker(inputs.challenger.bundle.digest))
    path = out / REPORT
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    openmetrics.write(inputs, out)
    return path
