"""The model's most confident mistakes: as pictures if the inputs can be drawn, else as a table."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.counts import Ints
from training.report import plots
from training.report.markdown import code, image, table
from training.report.plots.canvas import text
from training.report.report_inputs import ReportInputs

MOST = 10
LONGEST = 120
LONGEST_LABEL = 10


def mistakes(inputs: ReportInputs, out: Path) -> list[str]:
    """Return the mistakes with the highest confidence, and main's answers to the same rows."""
    confidence = inputs.new.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    chosen = order[~inputs.right[order]][:MOST]
    if not len(chosen):
        return []
    pictures = inputs.challenger.bundle.manifest.input.pictures(inputs.rows.inputs)
    title = f"**The {len(chosen)} most confident mistakes**"
    if pictures is None:
        return [title, as_table(inputs, chosen)]
    return [title, as_pictures(inputs, pictures, chosen, out)]


def as_pictures(
    inputs: ReportInputs, pictures: NDArray[np.float32], chosen: Ints, out: Path
) -> str:
    """Return a grid of images with their true label, the answer, its confidence, and main's."""
    limits = float(pictures.min()), float(pictures.max())
    captions = [_caption(inputs, row) for row in chosen]
    plots.mistakes(out / "mistakes.png", pictures[chosen], captions, limits=limits)
    return image("True label, answer with its confidence, and main's answer", "mistakes.png")


def as_table(inputs: ReportInputs, chosen: Ints) -> str:
    """Return a line per row: input, label, answer, main's answer."""
    kind, rows = inputs.challenger.bundle.manifest.input, []
    for row in chosen:
        answered = [code(inputs.labels[inputs.rows.labels[row]]), *_answer(inputs, inputs.new, row)]
        before = [] if inputs.old is None else _answer(inputs, inputs.old, row)
        rows.append([shortened(kind.shown(inputs.rows.inputs[row])), *answered, *before])
    head = ["input", "label", "answer", "confidence"]
    if inputs.old is not None:
        head += ["main's answer", "main's confidence"]
    return table(head, rows, numbers=0)


def shortened(text: str) -> str:
    """Return a row's text as code, of limited length.

    >>> shortened("Stocks | fell"), len(shortened("x" * 1000))
    ('`Stocks | fell`', 122)
    """
    return code(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _answer(inputs: ReportInputs, probabilities: NDArray[np.float64], row: int) -> list[str]:
    answer = int(probabilities[row].argmax())
    return [code(inputs.answers[answer]), f"{probabilities[row, answer]:.3f}"]


def _caption(inputs: ReportInputs, row: int) -> str:
    lines = [f"true: {text(inputs.labels[inputs.rows.labels[row]], LONGEST_LABEL)}"]
    for whose, found in (("here", inputs.new), ("main", inputs.old)):
        if found is not None:
            answer = int(found[row].argmax())
            label = text(inputs.answers[answer], LONGEST_LABEL)
            lines.append(f"{whose}: {label} ({found[row, answer]:.2f})")
    return "\n".join(lines)
