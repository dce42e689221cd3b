"""Writes the model card, which is part of the bundle."""

from collections.abc import Mapping
from typing import Any

from training.task.task import Task


def model_card(
    task: Task, name: str, version: str, metrics: Mapping[str, Any], facts: Mapping[str, Any]
) -> str:
    """Return the model card, as Markdown.

    Source of the headings: Mitchell et al., Model Cards for Model Reporting, FAT* 2019.
    """
    lines = [f"# {name} {version}", "", "## Use", task.about, "", "## Model"]
    lines += [
        f"`{facts['model']}`, trained by {facts['framework']} {facts['framework_version']} on "
        f"{facts['rows']} rows in {facts['seconds']:.0f} s; probabilities calibrated with "
        f"temperature {facts['temperature']:.2f} on the validation split.",
        "",
        "## Scores on held-out rows",
        "| rows | count | accuracy (95 % interval) | macro F1 | calibration error |",
        "|---|---|---|---|---|",
    ]
    titles = {"base": "base test rows", "fresh": "rows collected after the latest incident"}
    for group, title in titles.items():
        if group in metrics:
            m = metrics[group]
            lines.append(
                f"| {title} | {m['rows']} | {m['accuracy']:.4f} ({m['accuracy_low']:.4f} to "
                f"{m['accuracy_high']:.4f}) | {m['macro_f1']:.4f} | {m['calibration_error']:.4f} |"
            )
    return "\n".join(lines) + "\n"
