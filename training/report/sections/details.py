"""Everything else, collapsed."""

from pathlib import Path

import numpy as np

from perennial.statistics.figures import figure
from training.artifacts.files import read_json
from training.model.figures import TREES
from training.model.parameters import flat
from training.report.data_checks import checks_table
from training.report.drift import signal_drift
from training.report.markdown import code, folded, table
from training.report.output_report import report_of
from training.report.report_inputs import ReportInputs
from training.report.sections.cost import TRAINING
from training.report.sections.curves import read_history
from training.report.sections.data import drift_table, since_main

EPOCHS = 50  # how many of the last epochs are shown


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return what the output adds, training log, rules, signals, parameters, collapsed."""
    parts = {
        **report_of(inputs).details(inputs),
        "Training": _training(inputs),
        "Validation": checks_table(inputs),
        "Signals of the new rows": _signals(inputs),
        "Bundle": _bundle(inputs),
        "Parameters": _parameters(inputs),
    }
    text = "\n\n".join(f"### {title}\n\n{part}" for title, part in parts.items() if part)
    return [folded("Everything else", text)]


def _training(inputs: ReportInputs) -> str:
    """Return what the training recorded, and its figures while it went on."""
    facts = {k: v for k, v in read_json(inputs.folder / TRAINING).items() if k != "cost"}
    history = read_history(inputs.folder / "model" / "history.csv")
    names = list(history)
    lines = np.array([history[name] for name in names]).T
    rows = [
        [int(cell) if name in ("epoch", TREES) else figure(cell) for name, cell in zip(names, line)]
        for line in lines[-EPOCHS:]
    ]
    recorded = table(["recorded", ""], [[code(name), code(facts[name])] for name in facts])
    words = [name.replace("val_", "validation ") for name in names]
    return f"{recorded}\n\n{table(words, rows, numbers=len(words) - 1)}"


def _signals(inputs: ReportInputs) -> str:
    """Return the drift of every signal in the new rows, the largest first."""
    changed = since_main(inputs)
    if inputs.champion is None or changed is None or not len(changed.new.labels):
        return ""
    return drift_table(signal_drift(inputs.champion, changed.new))


def _bundle(inputs: ReportInputs) -> str:
    """Return the full digests and hashes."""
    rows: list[list[object]] = []
    models = {"main": inputs.champion, "here": inputs.challenger}
    for name, model in models.items():
        if model is not None:
            found = model.bundle
            rows.append([name, code(found.digest), code(found.manifest.data_version)])
    return table(["", "bundle digest", "data version"], rows)


def _parameters(inputs: ReportInputs) -> str:
    rows = [[code(name), code(value)] for name, value in flat(inputs.numbers.model_dump()).items()]
    return table(["parameter", "value"], rows)
