"""The figures that GitLab shows beside the merge request: OpenMetrics text, metrics.txt."""

from pathlib import Path

from training.report.source import Source

FILE = "metrics.txt"


def write(source: Source, out: Path) -> Path:
    """Write the accuracy of each set of rows and return the file's path."""
    lines = []
    for name, found in (("base", source.result.base), ("fresh", source.result.fresh)):
        if found is not None:
            lines.append(f'accuracy{{rows="{name}"}} {found.challenger.value:.6f}')
    path = out / FILE
    path.write_text("\n".join([*lines, "# EOF"]) + "\n", encoding="utf-8")
    return path
