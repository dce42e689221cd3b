"""Everything else, collapsed."""

from pathlib import Path

import numpy as np

from perennial.statistics.confusion import confusion_matrix, precision_recall
from training.artifacts.files import read_json
from training.report.drift import signal_drift
from training.report.findings import checks_table
from training.report.markdown import code, folded, table
from training.report.sections.cost import TRAINING
from training.report.sections.curves import read_history
from training.report.sections.data import drift_table, since_main
from training.report.sections.lineage import flat
from training.report.source import Source

EPOCHS = 50  # how many of the last epochs are shown


def section(source: Source, out: Path) -> list[str]:
    """Return scores per label, training log, rules, signals and parameters, collapsed."""
    parts = {
        "Scores per label": _labels(source),
        "Training": _training(source),
        "Validation": checks_table(source),
        "Signals of the new rows": _signals(source),
        "Bundle": _bundle(source),
        "Parameters": _parameters(source),
    }
    text = "\n\n".join(f"### {title}\n\n{part}" for title, part in parts.items() if part)
    return [folded("Everything else", text)]


def _labels(source: Source) -> str:
    """Return precision and recall of both models by label, on the rows of the comparison."""
    truth = source.rows.labels
    if not len(truth):
        return ""
    models = (
        {"here": source.new} if source.old is None else {"main": source.old, "here": source.new}
    )
    shares = [precision_recall(confusion_matrix(found, truth)) for found in models.values()]
    rows = [
        [
            code(label),
            int((truth == i).sum()),
            *(f"{precision[i]:.3f}" for precision, _ in shares),
            *(f"{recall[i]:.3f}" for _, recall in shares),
        ]
        for i, label in enumerate(source.labels)
    ]
    scores = [f"{score}, {name}" for score in ("precision", "recall") for name in models]
    return table(["label", "rows", *scores], rows, numbers=len(scores) + 1)


def _training(source: Source) -> str:
    """Return what the training recorded, and its figures per epoch."""
    facts = {k: v for k, v in read_json(source.folder / TRAINING).items() if k != "cost"}
    history = read_history(source.folder / "model" / "history.csv")
    names = list(history)
    lines = np.array([history[name] for name in names]).T
    rows = [[int(line[0]), *(f"{value:.4f}" for value in line[1:])] for line in lines[-EPOCHS:]]
    recorded = table(["recorded", ""], [[code(name), code(facts[name])] for name in facts])
    words = [name.replace("val_", "validation ") for name in names]
    return f"{recorded}\n\n{table(words, rows, numbers=len(words) - 1)}"


def _signals(source: Source) -> str:
    """Return the drift of every signal in the new rows, the largest first."""
    changed = since_main(source)
    if source.champion is None or changed is None or not len(changed.new.labels):
        return ""
    return drift_table(signal_drift(source.champion, changed.new))


def _bundle(source: Source) -> str:
    """Return the full digests and hashes."""
    rows: list[list[object]] = []
    models = {"main": source.champion, "here": source.challenger}
    for name, model in models.items():
        if model is not None:
            found = model.bundle
            rows.append([name, code(found.digest), code(found.manifest.data_version)])
    return table(["", "bundle digest", "data version"], rows)


def _parameters(source: Source) -> str:
    rows = [[code(name), code(value)] for name, value in flat(source.numbers.model_dump()).items()]
    return table(["parameter", "value"], rows)
