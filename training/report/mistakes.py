"""The model's most confident mistakes: as pictures if the inputs are images, else as a table."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

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

# Shows the chosen rows; writes its images into the folder.
Show = Callable[[ReportInputs, Ints, Path], str]


def mistakes(inputs: ReportInputs, out: Path) -> list[str]:
    """Return the mistakes with the highest confidence, and main's answers to the same rows."""
    confidence = inputs.new.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    chosen = order[~inputs.right[order]][:MOST]
    if not len(chosen):
        return []
    schema = inputs.challenger.bundle.manifest.input
    show = SHOWN.get(schema.kind, as_table)
    title = f"**The {len(chosen)} most confident mistakes**"
    return [title, show(inputs, chosen, out)]


def as_pictures(inputs: ReportInputs, chosen: Ints, out: Path) -> str:
    """Return a grid of images with their true label, the answer, its confidence, and main's."""
    pictures = inputs.rows.inputs
    if pictures.ndim == 3 or (pictures.ndim == 4 and pictures.shape[3] in (1, 3)):
        limits = float(pictures.min()), float(pictures.max())
        captions = [_caption(inputs, row) for row in chosen]
        plots.mistakes(out / "mistakes.png", pictures[chosen], captions, limits=limits)
        return image("True label, answer with its confidence, and main's answer", "mistakes.png")
    return as_table(inputs, chosen, out)


def as_table(inputs: ReportInputs, chosen: Ints, out: Path) -> str:
    """Return a line per row: input, label, answer, main's answer."""
    rows = []
    for row in chosen:
        answered = [code(inputs.labels[inputs.rows.labels[row]]), *_answer(inputs, inputs.new, row)]
        before = [] if inputs.old is None else _answer(inputs, inputs.old, row)
        rows.append([shortened(inputs.rows.inputs[row]), *answered, *before])
    head = ["input", "label", "answer", "confidence"]
    if inputs.old is not None:
        head += ["main's answer", "main's confidence"]
    return table(head, rows, numbers=0)


# How rows are shown, by input kind of the bundle; other kinds as a table.
SHOWN: dict[str, Show] = {"image": as_pictures}


def shortened(row: NDArray[Any]) -> str:
    """Return a row's text, or its first numbers.

    >>> shortened(np.array("Stocks | fell")), shortened(np.array([1.0, 2.5]))
    ('`Stocks | fell`', '`1 2.5`')
    """
    words = str(row) if row.dtype.kind == "U" else " ".join(f"{x:g}" for x in row.ravel()[:20])
    return code(words if len(words) <= LONGEST else words[: LONGEST - 1] + "…")


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
