"""Writes the model card, which is part of the bundle."""

from collections.abc import Mapping
from typing import Any

from perennial.kinds.output_kind import OutputKind
from perennial.statistics.figures import figure
from training.task.task import Task


def model_card(
    task: Task, name: str, version: str, metrics: Mapping[str, Any], facts: Mapping[str, Any]
) -> str:
    """Return the model card, as Markdown.

    Source of the headings: Mitchell et al., Model Cards for Model Reporting, FAT* 2019.
    """
    output = task.output
    also = "".join(f"; {one}" for one in (output.adjusted(facts), _rounded(output, facts)) if one)
    lines = [f"# {name} {version}", "", "## Use", task.about, "", "## Model"]
    lines += [
        f"`{facts['model']}`, trained by {facts['framework']} {facts['framework_version']} on "
        f"{facts['rows']:,} rows in {facts['seconds']:.0f} s{also}.",
        "",
        "## Scores on held-out rows",
    ]
    brief = [key for key, metric in output.metrics.items() if metric.brief]
    others = [key for key in brief if key != output.headline]
    shown = [output.metrics[key] for key in (output.headline, *others)]
    names = [f"{metric.title} ({metric.unit})" for metric in shown]
    names[0] = f"{names[0]}, 95 % interval"
    lines += [f"| rows | count | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    titles = {"base": "base test rows", "fresh": "rows collected after the latest incident"}
    for group, title in titles.items():
        if group in metrics:
            found = metrics[group]
            low, score, high = (found[f"{output.headline}{end}"] for end in ("_low", "", "_high"))
            bounds = "" if None in (low, high) else f" ({figure(low, high)} to {figure(high)})"
            scores = [f"{figure(score, high or 0)}{bounds}"]
            scores += ["" if found[key] is None else figure(found[key]) for key in others]
            lines.append(f"| {title} | {found['rows']:,} | {' | '.join(scores)} |")
    said = expected(output, metrics)
    lines += ["", said] if said else []
    return "\n".join(lines) + "\n"


def _rounded(output: OutputKind, facts: Mapping[str, Any]) -> str:
    """Return what rounding the weights changed, empty if they are as they were trained."""
    if "rounded" not in facts:
        return ""
    found, title = facts["rounded"], output.metrics[output.headline].title
    return (
        f"weights rounded to {found['bits']} bits for the service: {title} "
        f"{figure(found['score'])} on {found['rows']:,} validation rows, "
        f"{figure(found['exact'])} before"
    )


def expected(output: OutputKind, metrics: Mapping[str, Any]) -> str:
    """Return what is expected of the rows that follow, empty if rows are not split by time.

    metrics: the groups of metrics.json.
    """
    found = metrics.get("fresh") or metrics.get("base") or {}
    low, high = (found.get(f"{output.headline}_next_{end}") for end in ("low", "high"))
    if low is None or high is None:
        return ""
    title = output.metrics[output.headline].title
    return (
        f"Rows are split by time. On the {found['rows']:,} rows that follow, {title} is expected "
        f"between {figure(low, high)} and {figure(high)}, if nothing changes."
    )
