"""Section 7: which rows the model learnt from, and what changed in them since main."""

from pathlib import Path
from typing import Any

from training import plots
from training.artifacts import SPLITS, read_json
from training.markdown import table
from training.report.source import Source


def section(source: Source, out: Path) -> list[str]:
    """Return how many rows came from where, and the shares of their labels."""
    splits: dict[str, Any] = read_json(source.folder / "prepared" / "summary.json")["splits"]
    sources = sorted({name for split in splits.values() for name in split["sources"]})
    rows: list[list[object]] = []
    for name in sources:
        shown = f"{name} (latest incident)" if name == source.result.incident else name
        rows.append([shown, *(splits[split]["sources"].get(name, 0) for split in SPLITS)])
    rows.append(["all", *(splits[split]["rows"] for split in SPLITS)])
    counts = {split: splits[split]["labels"] for split in SPLITS}
    plots.label_shares(out / "labels.png", counts, source.labels)
    return [
        "## Data",
        table(["rows from", *SPLITS], rows, numbers=3),
        "![Share of each label in each split](labels.png)",
    ]
