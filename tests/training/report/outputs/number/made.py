"""Two models of numbers and rows that one of them answers well, made in a moment."""

import json
from pathlib import Path

import numpy as np

from tests.bundles import images, make_numbers
from tests.splits import split
from tests.toy.numbers import NUMBERS
from training.artifacts.splits import SPLITS, file_of
from training.report.report_inputs import Environment, ReportInputs, open_inputs

CURVES = "epoch,mae,loss,val_mae,val_loss\n1,0.5,0.3,0.6,0.4\n"
OFF = 2.0  # what main's answers are too high by


def made(folder: Path, *, main: bool = True, spread: float = 1.0, rows: int = 600) -> ReportInputs:
    """Return what a section is written from.

    spread: how far labels lie from the answers, as a multiple of what the intervals are made for.
    """
    here, before = folder / "numbers", folder / "main"
    make_numbers(here / "bundle", "1.1.0")
    make_numbers(before / "bundle", off=OFF)
    for number, target in enumerate((here, before)):
        (target / "prepared").mkdir(parents=True)
        for seed, name in enumerate(SPLITS, start=10 + 3 * number * (number > 0)):
            inputs = images(rows, seed=seed if name != "test" else 99).astype(np.float32)
            reach = 0.2 + 0.1 * inputs[:, 0, 0]
            noise = np.random.default_rng(seed).normal(0, spread * reach / 1.645)
            labels = (inputs.mean(axis=(1, 2)) + noise).clip(0, 16)
            split(inputs, labels).write(file_of(target / "prepared", name))
        counts = {"rows": rows, "sources": {"base": rows}, "labels": {}, "fresh_label_sources": {}}
        summary = {"splits": dict.fromkeys(SPLITS, counts), "fresh": None}
        (target / "prepared" / "summary.json").write_text(json.dumps(summary))
        (target / "model").mkdir()
        (target / "model" / "history.csv").write_text(CURVES)
    gate = NUMBERS.gate.model_copy(update={"floor": 5.0})
    return open_inputs(
        task="numbers",
        folder=here,
        main=before if main else None,
        decided=None,
        numbers=NUMBERS.model_copy(update={"gate": gate}),
        environment=Environment(),
    )
