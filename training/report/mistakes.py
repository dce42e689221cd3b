"""Rows that a model got wrong: as pictures if the inputs can be drawn, else as a table."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.counts import Ints
from perennial.statistics.figures import figure as written
from training.report import plots
from training.report.markdown import code, image, table
from training.report.plots.canvas import text
from training.report.report_inputs import ReportInputs

MOST = 10
LONGEST = 320
LONGEST_LABEL = 10

# Returns a model's answer to a row, and a figure on it.
AnswerOf = Callable[[int], tuple[str, float]]
# Of this model, and of main's where there is one.
BothAnswers = tuple[AnswerOf, AnswerOf | None]


def mistakes(
    inputs: ReportInputs,
    out: Path,
    chosen: Ints,
    *,
    title: str,
    figure: str,
    answers: BothAnswers,
    shown: Callable[[str], str] = str,
) -> list[str]:
    """Return the chosen rows with their labels, the answers to them, and main's.

    figure: what the figure beside an answer is, such as its confidence.
    shown: returns a label as a person reads it.
    """
    if not len(chosen):
        return []
    pictures = inputs.challenger.bundle.manifest.input.pictures(inputs.rows.inputs)
    if pictures is None:
        return [title, as_table(inputs, chosen, figure=figure, answers=answers, shown=shown)]
    return [title, as_pictures(inputs, pictures, chosen, out, figure=figure, answers=answers)]


def as_pictures(
    inputs: ReportInputs,
    pictures: NDArray[np.float32],
    chosen: Ints,
    out: Path,
    *,
    figure: str,
    answers: BothAnswers,
) -> str:
    """Return a grid of images with their true label, the answer with its figure, and main's."""
    limits = float(pictures.min()), float(pictures.max())
    captions = [_caption(inputs, int(row), answers) for row in chosen]
    plots.mistakes(out / "mistakes.png", pictures[chosen], captions, limits=limits)
    return image(f"True label, answer with its {figure}, and main's answer", "mistakes.png")


def as_table(
    inputs: ReportInputs,
    chosen: Ints,
    *,
    figure: str,
    answers: BothAnswers,
    shown: Callable[[str], str] = str,
) -> str:
    """Return a line per row: its time if it has one, input, label, answer, main's answer."""
    kind, times, rows = inputs.challenger.bundle.manifest.input, inputs.rows.times, []
    for row in chosen:
        cells = [] if times is None else [_minute(times[row])]
        cells.append(shortened(kind.shown(inputs.rows.inputs[row])))
        cells.append(code(shown(_label(inputs, int(row)))))
        for answer_of in answers:
            if answer_of is not None:
                answer, value = answer_of(int(row))
                cells += [code(answer), written(value)]
        rows.append(cells)
    head = [*([] if times is None else ["time (UTC)"]), "input", "label", "answer", figure]
    if answers[1] is not None:
        head += ["main's answer", f"main's {figure}"]
    return table(head, rows, numbers=0)


def shortened(text: str) -> str:
    """Return a row's text as code, of limited length.

    >>> shortened("Stocks | fell"), len(shortened("x" * 1000))
    ('`Stocks | fell`', 322)
    """
    return code(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _minute(time: np.datetime64) -> str:
    return str(time.astype("datetime64[m]")).replace("T", " ")


def _label(inputs: ReportInputs, row: int) -> str:
    return inputs.output.label_of(inputs.rows.labels[row])


def _caption(inputs: ReportInputs, row: int, answers: BothAnswers) -> str:
    lines = [f"true: {text(_label(inputs, row), LONGEST_LABEL)}"]
    for whose, answer_of in zip(("here", "main"), answers, strict=True):
        if answer_of is not None:
            answer, value = answer_of(row)
            lines.append(f"{whose}: {text(answer, LONGEST_LABEL)} ({value:.2f})")
    return "\n".join(lines)
