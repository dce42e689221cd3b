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
from training.report.source import Source

MOST = 10
LONGEST = 120
LONGEST_LABEL = 10

# Shows the chosen rows; writes its images into the folder.
Show = Callable[[Source, Ints, Path], str]


def mistakes(source: Source, out: Path) -> list[str]:
    """Return the mistakes with the highest confidence, and main's answers to the same rows."""
    confidence = source.new.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    chosen = order[~source.right[order]][:MOST]
    if not len(chosen):
        return []
    schema = source.challenger.bundle.manifest.input
    show = SHOWN.get(schema.kind, as_table)
    title = f"**The {len(chosen)} most confident mistakes**"
    return [title, show(source, chosen, out)]


def as_pictures(source: Source, chosen: Ints, out: Path) -> str:
    """Return a grid of images with their true label, the answer, its confidence, and main's."""
    inputs = source.rows.inputs
    if inputs.ndim == 3 or (inputs.ndim == 4 and inputs.shape[3] in (1, 3)):
        limits = float(inputs.min()), float(inputs.max())
        captions = [_caption(source, row) for row in chosen]
        plots.mistakes(out / "mistakes.png", inputs[chosen], captions, limits=limits)
        return image("True label, answer with its confidence, and main's answer", "mistakes.png")
    return as_table(source, chosen, out)


def as_table(source: Source, chosen: Ints, out: Path) -> str:
    """Return a line per row: input, label, answer, main's answer."""
    rows = []
    for row in chosen:
        answered = [code(source.labels[source.rows.labels[row]]), *_answer(source, source.new, row)]
        before = [] if source.old is None else _answer(source, source.old, row)
        rows.append([shortened(source.rows.inputs[row]), *answered, *before])
    head = ["input", "label", "answer", "confidence"]
    if source.old is not None:
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


def _answer(source: Source, probabilities: NDArray[np.float64], row: int) -> list[str]:
    answer = int(probabilities[row].argmax())
    return [code(source.answers[answer]), f"{probabilities[row, answer]:.3f}"]


def _caption(source: Source, row: int) -> str:
    lines = [f"true: {text(source.labels[source.rows.labels[row]], LONGEST_LABEL)}"]
    for whose, found in (("here", source.new), ("main", source.old)):
        if found is not None:
            answer = int(found[row].argmax())
            label = text(source.answers[answer], LONGEST_LABEL)
            lines.append(f"{whose}: {label} ({found[row, answer]:.2f})")
    return "\n".join(lines)
