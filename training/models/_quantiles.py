"""What models of numbers fit: the answer and both ends of its interval, each by its own loss."""

import numpy as np

from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.counts import Floats
from training.models._figures import Loss

Level = float | None


def levels(output: OutputKind) -> tuple[Level, ...]:
    """Return the quantiles of an output of numbers in the order of its values; None is the mean."""
    low, answer, high = output.quantiles
    return answer, low, high


def head_loss(output: OutputKind) -> Loss:
    """Return the loss that a model of numbers is fitted to: the sum over answer and both ends."""

    def loss(values: Floats, truths: Truths) -> float:
        missed = truths[:, None] - values
        parts = [_cost(missed[:, at], level) for at, level in enumerate(levels(output))]
        return float(np.sum(parts, axis=0).mean())

    return loss


def _cost(missed: Floats, level: Level) -> Floats:
    """Return what missing costs: the square for the mean, else the loss of the quantile."""
    return missed**2 if level is None else np.maximum(level * missed, (level - 1) * missed)
