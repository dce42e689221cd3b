"""Section 8: what the model costs to train and to serve."""

from pathlib import Path

from training.artifacts import read_json
from training.report.source import Source


def section(source: Source, out: Path) -> list[str]:
    """Return how long the training took."""
    facts = read_json(source.folder / "model" / "training.json")
    text = (
        f"Model `{facts['model']}`, {facts['framework']} {facts['framework_version']}: "
        f"{facts['seconds']:.1f} s."
    )
    return ["## Cost", text]
