"""Mistakes of any kind of output: how much the models lose, and the rows with the most."""

from pathlib import Path

import numpy as np

from perennial.statistics.counts import Floats
from training.report.markdown import signed, table
from training.report.mistakes import MOST, AnswerOf, mistakes
from training.report.report_inputs import ReportInputs

SHARES = {"half of the rows": 0.5, "9 in 10": 0.9, "99 in 100": 0.99, "all": 1.0}


def largest_losses(inputs: ReportInputs, out: Path) -> list[str]:
    """Return the loss that shares of the rows do not exceed, and the rows that lose most."""
    lost = inputs.losses
    if not len(lost):
        return []
    order = np.argsort(-lost, kind="stable")
    chosen = order[lost[order] > 0][:MOST]
    blocks = ["## Mistakes", "The loss of a row is at most this:", _quantiles(inputs)]
    before = inputs.losses_before
    old = None if inputs.old is None or before is None else _answer_of(inputs, inputs.old, before)
    return blocks + mistakes(
        inputs,
        out,
        chosen,
        title=f"**The {len(chosen)} rows with the largest loss**",
        figure="loss",
        answers=(_answer_of(inputs, inputs.new, lost), old),
    )


def _quantiles(inputs: ReportInputs) -> str:
    here = np.quantile(inputs.losses, list(SHARES.values()))
    if inputs.losses_before is None:
        rows = [[name, f"{now:.4f}"] for name, now in zip(SHARES, here, strict=True)]
        return table(["for", "here"], rows, numbers=1)
    main = np.quantile(inputs.losses_before, list(SHARES.values()))
    changes = [
        [name, f"{then:.4f}", f"{now:.4f}", signed(float(now - then))]
        for name, then, now in zip(SHARES, main, here, strict=True)
    ]
    return table(["for", "main", "here", "change"], changes, numbers=3)


def _answer_of(inputs: ReportInputs, values: Floats, lost: Floats) -> AnswerOf:
    def answer(row: int) -> tuple[str, float]:
        (answer,) = inputs.output.answers(values[row : row + 1])
        return inputs.output.stored(answer)[0], float(lost[row])

    return answer
