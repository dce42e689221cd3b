"""Section 10: everything else, folded."""

from pathlib import Path

from training.markdown import folded
from training.report.source import Source


def section(source: Source, out: Path) -> list[str]:
    """Return the parameters of the task."""
    text = f"```json\n{source.numbers.model_dump_json(indent=2)}\n```"
    return [folded("Parameters", text)]
