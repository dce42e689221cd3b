"""Mistakes of any kind of output: how much the models lose, and the rows with the most."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from perennial.plural import plural
from perennial.statistics.counts import Floats
from perennial.statistics.figures import decimals, written
from training.report.markdown import signed, table
from training.report.mistakes import MOST, AnswerOf, mistakes
from training.report.report_inputs import ReportInputs

Shown = Callable[[str], str]
SHARES = {"half of the rows": 0.5, "9 in 10": 0.9, "99 in 100": 0.99, "all": 1.0}


def largest_losses(
    inputs: ReportInputs, out: Path, *, shown: Shown = str, unit: str = ""
) -> list[str]:
    """Return the loss that shares of the rows do not exceed, and the rows that lose most.

    shown: returns a label or an answer as a person reads it.
    unit: of the losses, if they have one.
    """
    lost = inputs.losses
    if not len(lost):
        return []
    order = np.argsort(-lost, kind="stable")
    chosen = order[lost[order] > 0][:MOST]
    sentence = f"The loss of a row{f', in {unit},' if unit else ''} is at most this:"
    blocks = ["## Mistakes", sentence, _quantiles(inputs)]
    before = inputs.losses_before
    old = (
        None
        if inputs.old is None or before is None
        else _answer_of(inputs, inputs.old, before, shown)
    )
    return blocks + mistakes(
        inputs,
        out,
        chosen,
        title=f"**The {plural(len(chosen), 'row')} with the largest loss**",
        figure="loss",
        answers=(_answer_of(inputs, inputs.new, lost, shown), old),
        shown=shown,
    )


def _quantiles(inputs: ReportInputs) -> str:
    here = np.quantile(inputs.losses, list(SHARES.values())).tolist()
    places = decimals(*here)
    if inputs.losses_before is None:
        rows = [[name, written(now, places)] for name, now in zip(SHARES, here, strict=True)]
        return table(["for", "here"], rows, numbers=1)
    main = np.quantile(inputs.losses_before, list(SHARES.values())).tolist()
    changes = [
        [name, written(then, places), written(now, places), signed(now - then, places)]
        for name, then, now in zip(SHARES, main, here, strict=True)
    ]
    return table(["for", "main", "here", "change"], changes, numbers=3)


def _answer_of(inputs: ReportInputs, values: Floats, lost: Floats, shown: Shown) -> AnswerOf:
    def answer(row: int) -> tuple[str, float]:
        (answer,) = inputs.output.answers(values[row : row + 1])
        return shown(inputs.output.stored(answer)[0]), float(lost[row])

    return answer
