"""Mistakes: which labels are confused with which, the change from main, the worst labels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from perennial.statistics.confusion import confusion_matrix, precision_recall
from perennial.statistics.counts import Ints
from training.report import plots
from training.report.markdown import code, folded, image, signed, table
from training.report.outputs.classes.answers import Answers
from training.report.outputs.classes.confident_mistakes import confident_mistakes

MOST_LABELS = 20
WORST = 5
REST = "the rest"


def section(found: Answers, out: Path) -> list[str]:
    """Return the mistakes: their number, the confusion matrix, the most confident ones."""
    rows = len(found.inputs.rows.labels)
    if not rows:
        return []
    new = confusion_matrix(found.new, found.inputs.rows.labels)
    old = None if found.old is None else confusion_matrix(found.old, found.inputs.rows.labels)
    blocks = ["## Mistakes", _count(found), _pictures(found, new, old, out)]
    blocks += ["**The labels with the lowest recall**", _worst(found, new, old)]
    blocks += confident_mistakes(found, out)
    return [*blocks, folded("Precision and recall of every label", _every(found, new, old))]


def _count(found: Answers) -> str:
    """Return how many rows each model gets wrong, and how many of them are the same."""
    wrong = ~found.right
    text = f"The model gets {wrong.sum():,} of {len(wrong):,} test rows wrong"
    if found.right_before is None:
        return f"{text}."
    before = ~found.right_before
    return (
        f"{text}, main's {before.sum():,}. Wrong in both: {(wrong & before).sum():,}; "
        f"newly wrong: {(wrong & ~before).sum():,}; fixed: {(before & ~wrong).sum():,}."
    )


def _pictures(found: Answers, new: Ints, old: Ints | None, out: Path) -> str:
    """Return the matrix and, if some answer changed, the change from main, on one line."""
    shown = crowded(new if old is None else new + old)
    names = [*(found.names[i] for i in shown), *([REST] if len(shown) < len(new) else [])]
    title = "rows by true label\nand answer"
    plots.confusion(out / "confusion.png", pooled(new, shown), names, title=title)
    blocks = [image("Answers by true label", "confusion.png")]
    if old is not None and (new != old).any():
        change = pooled(new, shown) - pooled(old, shown)
        title = "change from main\n(orange: worse, hatched: better)"
        plots.confusion_change(out / "confusion-change.png", change, names, title=title)
        blocks.append(image("Change of the answers from main", "confusion-change.png"))
    return " ".join(blocks)


def crowded(matrix: Ints, most: int = MOST_LABELS) -> list[int]:
    """Return the labels to draw, in their order: all, or those with the most mistakes.

    >>> crowded(np.array([[9, 0, 3], [0, 9, 0], [0, 1, 9]]), most=2)
    [0, 2]
    """
    if len(matrix) <= most:
        return list(range(len(matrix)))
    wrong = matrix.sum(axis=0) + matrix.sum(axis=1) - 2 * np.diag(matrix)
    return sorted(int(label) for label in np.argsort(-wrong, kind="stable")[:most])


def pooled(matrix: Ints, shown: Sequence[int]) -> Ints:
    """Return the matrix of some labels, with one more for all the rest.

    >>> pooled(np.array([[9, 0, 3], [0, 9, 0], [0, 1, 9]]), [0, 2]).tolist()
    [[9, 3, 0], [0, 9, 1], [0, 0, 9]]
    """
    rest = [label for label in range(len(matrix)) if label not in set(shown)]
    groups = [[label] for label in shown] + ([rest] if rest else [])
    return np.array([[matrix[np.ix_(down, over)].sum() for over in groups] for down in groups])


def _worst(found: Answers, new: Ints, old: Ints | None) -> str:
    """Return the labels with the lowest recall among those that have rows."""
    recall, counts = precision_recall(new)[1], new.sum(axis=1)
    before = None if old is None else precision_recall(old)[1]
    order = [i for i in np.argsort(recall, kind="stable") if counts[i]][:WORST]
    rows = []
    for i in order:
        others = np.where(np.arange(len(new)) == i, 0, new[i])
        taken = int(others.argmax())
        word = f"{code(found.names[taken])} ({others[taken]})" if others.any() else ""
        values = [f"{recall[i]:.3f}"]
        if before is not None:
            values = [f"{before[i]:.3f}", *values, signed(float(recall[i] - before[i]), 3)]
        rows.append([code(found.names[i]), word, f"{counts[i]:,}", *values])
    head = ["label", "most often confused with (rows)", "rows"]
    head += ["recall"] if before is None else ["recall, main", "here", "change"]
    return table(head, rows, numbers=len(head) - 2)


def _every(found: Answers, new: Ints, old: Ints | None) -> str:
    precision, recall = precision_recall(new)
    head = ["label", "precision", "recall", "rows"]
    if old is not None:
        head[1:3] = ["precision, main", "here", "recall, main", "here"]
        before = precision_recall(old)
    rows = []
    for i, label in enumerate(found.inputs.labels):
        values = [precision[i], recall[i]]
        if old is not None:
            values = [before[0][i], precision[i], before[1][i], recall[i]]
        rows.append([code(label), *(f"{value:.3f}" for value in values), f"{new[i].sum():,}"])
    return table(head, rows, numbers=len(head) - 1)
