"""What a reviewer reads: verdict, scores, curves, data, lineage. `python -m training.report`."""

import argparse
import csv
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from service.predictor import Predictor
from training import gate, params, plots
from training.artifacts import SPLITS, Split, read_json
from training.command import run, task_parser
from training.comparison import Comparison, difference, probabilities
from training.errors import BadParameter, MissingArtifact
from training.gate import Result, figures, gains, judge, loses, open_models
from training.markdown import folded, table
from training.prepare import BASE
from training.publish import REPORT
from training.scores import (
    METRICS,
    Floats,
    aligned,
    compare_scores,
    confusion,
    precision_recall,
)
from training.statistics import wilson


@dataclass(frozen=True)
class Source:
    """What the report is about and where its figures are.

    folder: artifacts/TASK.  decided: whether a gate gave the verdict.
    """

    folder: Path
    challenger: Predictor
    champion: Predictor | None
    result: Result
    decided: bool
    numbers: params.TaskParams
    pipeline: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set, in the order of the challenger's outputs."""
        return self.challenger.bundle.manifest.labels


def heading(source: Source) -> list[str]:
    """Return the title and the verdict, or what the comparison shows where no gate decided."""
    new = source.challenger.bundle.manifest
    lines = [f"# {new.task} {new.version}"]
    if source.decided:
        decision = source.result.decision
        lines.append(f"**Verdict: {decision.verdict}**")
        lines.append("\n".join(f"- {reason}" for reason in decision.reasons))
        return lines
    if source.champion is None:
        return [*lines, "**The first model**: there is no champion to compare it with."]
    groups = (("fresh", source.result.fresh), ("base", source.result.base))
    shown = [_finding(name, found, source.result.level) for name, found in groups if found]
    return [*lines, f"Against {source.champion.bundle.manifest.version}:", "\n".join(shown)]


def _finding(name: str, found: Comparison, level: float) -> str:
    word = "no significant difference"
    if gains(found, level):
        word = "significantly better"
    elif loses(found, level):
        word = "significantly worse"
    return f"- {name} rows: **{word}**, accuracy {figures(found)}"


def group(source: Source, name: str, rows: Split, title: str, out: Path) -> list[str]:
    """Return the section on one set of rows, with its images written."""
    if not len(rows.labels):
        return []
    new = probabilities(source.challenger, rows)
    lines = [f"## {title}"]
    matrices = {source.challenger.bundle.manifest.version: confusion(new, rows.labels)}
    if source.champion is None:
        lines.append(_alone(new, rows))
    else:
        given = source.champion.bundle.manifest.labels
        old = aligned(probabilities(source.champion, rows), given, source.labels)
        lines.append(_against(source, old, new, rows))
        champion = f"champion {source.champion.bundle.manifest.version}"
        challenger = f"challenger {source.challenger.bundle.manifest.version}"
        matrices = {
            champion: confusion(old, rows.labels),
            challenger: confusion(new, rows.labels),
        }
    newest = list(matrices.values())[-1]
    image = f"confusion-{name}.png"
    plots.confusion(out / image, newest, source.labels, title=f"{len(rows.labels)} {name} rows")
    lines.append(f"![Answers to {name} rows by true label]({image})")
    plots.recalls(out / f"recall-{name}.png", matrices, source.labels)
    detail = f"![Recall by label on {name} rows](recall-{name}.png)\n\n"
    detail += _per_label(source.labels, newest)
    return [*lines, folded("Precision and recall by label", detail)]


def _alone(new: Floats, rows: Split) -> str:
    """Return the scores of a model without a champion."""
    correct = int((new.argmax(axis=1) == rows.labels).sum())
    low, high = wilson(correct, len(rows.labels))
    found = []
    for name, (metric, _) in METRICS.items():
        text = f"{metric(new, rows.labels):.4f}"
        found.append([name, f"{text} [{low:.4f}, {high:.4f}]" if name == "accuracy" else text])
    return table(["metric", "value"], found, numbers=1)


def _against(source: Source, old: Floats, new: Floats, rows: Split) -> str:
    """Return both models' scores; accuracy's interval and significance are the gate's."""
    limits = source.numbers.gate
    scores = compare_scores(old, new, rows.labels, level=limits.level, seed=limits.seed)
    paired = difference(
        old.argmax(axis=1) == rows.labels, new.argmax(axis=1) == rows.labels, limits
    )
    found = []
    for score in scores:
        low, high, significant = score.low, score.high, score.low > 0 or score.high < 0
        if score.name == "accuracy":
            low, high, significant = paired.low, paired.high, paired.p < limits.level
        better = (score.difference > 0) == score.higher_is_better
        word = f"**{'better' if better else 'worse'}**" if significant else "no"
        values = [f"{value:.4f}" for value in (score.champion, score.challenger)]
        found.append(
            [score.name, *values, f"{score.difference:+.4f}", f"[{low:+.4f}, {high:+.4f}]", word]
        )
    head = ["metric", "champion", "challenger", "difference", f"{1 - limits.level:.0%} interval"]
    return table([*head, "significant"], found, numbers=5)


def _per_label(labels: Sequence[str], matrix: np.ndarray[Any, Any]) -> str:
    precision, recall = precision_recall(matrix)
    counts = matrix.sum(axis=1)
    rows = [
        [label, f"{precision[i]:.3f}", f"{recall[i]:.3f}", counts[i]]
        for i, label in enumerate(labels)
    ]
    return table(["label", "precision", "recall", "rows"], rows, numbers=3)


def training(source: Source, out: Path) -> list[str]:
    """Return the section on the training itself; curves where there is more than one epoch."""
    facts = read_json(source.folder / "model" / "training.json")
    history = read_history(source.folder / "model" / "history.csv")
    epochs = len(history["loss"])
    last = {name: values[-1] for name, values in history.items()}
    text = (
        f"Model `{facts['model']}`, {facts['framework']} {facts['framework_version']}: "
        f"{facts['seconds']:.1f} s for {epochs} epoch{'s' if epochs > 1 else ''}; accuracy "
        f"{last['accuracy']:.3f} on training rows, {last['val_accuracy']:.3f} on validation rows."
    )
    lines = ["## Training", text]
    if epochs > 1:
        plots.curves(out / "curves.png", history)
        lines.append("![Accuracy and loss per epoch](curves.png)")
    return lines


def read_history(file: Path) -> dict[str, list[float]]:
    """Return the training curves by name.

    Raises MissingArtifact.
    """
    if not file.is_file():
        raise MissingArtifact(file)
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows:
        raise MissingArtifact(f"{file}: an epoch")
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def data(source: Source, out: Path) -> list[str]:
    """Return the section on the rows: how many from where, and the shares of their labels."""
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


def lineage(source: Source) -> list[str]:
    """Return where the model comes from and with which parameters."""
    new = source.challenger.bundle
    rows: list[list[object]] = [
        ["version", new.manifest.version],
        ["bundle digest", f"`{new.digest}`"],
        ["commit", f"`{new.manifest.commit}`"],
        ["data version", f"`{new.manifest.data_version}`"],
        ["created", new.manifest.created.isoformat(timespec="seconds")],
    ]
    if source.champion is not None:
        old = source.champion.bundle
        rows.append(["champion", f"{old.manifest.version}, `{old.digest}`"])
    if source.result.incident is not None:
        rows.append(["incident", f"`{source.result.incident}`"])
    if source.pipeline:
        rows.append(["pipeline", source.pipeline])
    text = f"```json\n{source.numbers.model_dump_json(indent=2)}\n```"
    return ["## Lineage", table(["", ""], rows), folded("Parameters", text)]


def bundle_marker(digest: str) -> str:
    """Return a comment that GitLab does not show, by which a report of a bundle is found again.

    >>> bundle_marker("9f2c")
    '<!-- perennial-bundle: 9f2c -->'
    """
    return f"<!-- perennial-bundle: {digest} -->"


def write(source: Source, out: Path) -> Path:
    """Write the report and its images and return its path."""
    out.mkdir(parents=True, exist_ok=True)
    test = Split.read(source.folder / "prepared" / "test.npz")
    blocks = heading(source)
    incident = source.result.incident
    if incident is not None:
        fresh = test.where(test.source == incident)
        title = f"On {len(fresh.labels)} fresh rows, held out, of {incident}"
        blocks += group(source, "fresh", fresh, title, out)
    base = test.where(test.source == BASE)
    blocks += group(source, "base", base, f"On {len(base.labels)} base test rows", out)
    blocks += [*training(source, out), *data(source, out), *lineage(source)]
    blocks.append(bundle_marker(source.challenger.bundle.digest))
    path = out / REPORT
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = task_parser(
        "Write report.md and its images from artifacts/TASK. With --gate it says that verdict; "
        "without, it compares the models itself and gives none."
    )
    found.add_argument("--gate", type=Path, help="the gate's gate.json")
    found.add_argument("--champion", type=Path, help="bundle folder; may be absent")
    found.add_argument("--out", required=True, type=Path, help="folder for the report")
    found.add_argument("--artifacts", type=Path, help="default: artifacts/TASK")
    found.add_argument("--params", type=Path, default=params.FILE, help="default: %(default)s")
    return found


def main(
    arguments: Sequence[str] | None = None, *, environment: Mapping[str, str] = os.environ
) -> None:
    """Write the report, and say where."""
    options = parser().parse_args(arguments)
    folder = options.artifacts or Path("artifacts", options.task)
    numbers = params.load(options.task, options.params)
    challenger, champion = open_models(options.task, folder / "bundle", options.champion)
    if options.gate is not None:
        result = gate.read(options.gate)
        digest = challenger.bundle.digest
        if result.challenger.digest != digest:
            field = f"{options.gate}: challenger.digest"
            raise BadParameter(field, result.challenger.digest, f"{digest}, the bundle's")
    else:
        result = judge(challenger, champion, folder / "prepared", numbers.gate)
    pipeline = environment.get("CI_PIPELINE_URL", "")
    decided = options.gate is not None
    source = Source(folder, challenger, champion, result, decided, numbers, pipeline)
    print(f"report: {write(source, options.out)}")


if __name__ == "__main__":
    sys.exit(run(main))
