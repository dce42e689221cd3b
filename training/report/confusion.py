"""Section 4: which labels are taken for which, and what changed in it."""

from pathlib import Path

from training import plots
from training.report.source import Source
from training.scores import confusion


def section(source: Source, out: Path) -> list[str]:
    """Return the confusion matrix."""
    matrix = confusion(source.new, source.rows.labels)
    title = f"{len(source.rows.labels)} test rows"
    plots.confusion(out / "confusion.png", matrix, source.labels, title=title)
    return ["## Confusion", "![Answers by true label](confusion.png)"]
