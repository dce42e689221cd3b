"""What models of numbers fit: the answer and both ends of its interval, each by its own loss."""

from collections.abc import Callable
from typing import Any

import numpy as np

from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.counts import Floats
from perennial.statistics.regression import pinball
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
        parts = [cost(missed[:, at], level) for at, level in enumerate(levels(output))]
        return float(np.sum(parts, axis=0).mean())

    return loss


def cost(missed: Any, level: Level, maximum: Callable[[Any, Any], Any] = np.maximum) -> Any:
    """Return what missing costs: the square for the mean, else the loss of the quantile.

    maximum: of the arithmetic that `missed` is of.
    """
    return missed**2 if level is None else pinball(missed, level, maximum=maximum)
