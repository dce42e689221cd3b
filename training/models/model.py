"""The interface of a model: it is fitted to rows and can be written as ONNX."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.artifacts.splits import Split
from training.params import Train


class Log(Protocol):
    """Takes the figures of one epoch; a model without epochs calls it once, at the end."""

    def __call__(self, figures: Mapping[str, float], *, epochs: int | None = None) -> None:
        """Record accuracy, loss, val_accuracy and val_loss.

        epochs: how many there will be in all; None if unknown.
        """


class Fitted(Protocol):
    """A trained model."""

    @property
    def framework(self) -> tuple[str, str]:
        """The name and version of the training framework."""

    @property
    def device(self) -> str:
        """The device that it was trained on: `cpu` or `gpu`."""

    @property
    def precision(self) -> str:
        """Of the arithmetic in training, such as `float32`; predictions are always float32."""

    def probabilities(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the framework's own probabilities, shape (rows, labels), not yet calibrated."""

    def write_onnx(self, path: Path) -> None:
        """Write it with one input, shape (rows, *input shape), and one output, probabilities."""


class Model(Protocol):
    """A model that can be trained."""

    def fit(
        self,
        train: Split,
        validation: Split,
        *,
        classes: int,
        numbers: Train,
        log: Log,
    ) -> Fitted:
        """Return the fitted model; the same seed gives the same figures."""
