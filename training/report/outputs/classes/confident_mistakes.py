"""The model's most confident mistakes."""

from pathlib import Path

import numpy as np

from perennial.statistics.counts import Floats
from training.report.mistakes import MOST, AnswerOf, mistakes
from training.report.outputs.classes.answers import Answers


def confident_mistakes(found: Answers, out: Path) -> list[str]:
    """Return the mistakes with the highest confidence, and main's answers to the same rows."""
    order = np.argsort(-found.new.max(axis=1), kind="stable")
    chosen = order[~found.right[order]][:MOST]
    return mistakes(
        found.inputs,
        out,
        chosen,
        title=f"**The {len(chosen)} most confident mistakes**",
        figure="confidence",
        answers=(
            answer_of(found, found.new),
            None if found.old is None else answer_of(found, found.old),
        ),
    )


def answer_of(found: Answers, probabilities: Floats) -> AnswerOf:
    """Return what answers a row: the most probable label and its probability."""

    def answer(row: int) -> tuple[str, float]:
        answer = int(probabilities[row].argmax())
        return found.names[answer], float(probabilities[row, answer])

    return answer
