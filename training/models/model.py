"""What a model is: something that fits rows and can be written as ONNX."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.artifacts.splits import Split
from training.params import Train

# Called once per epoch with names and values: accuracy, loss, val_accuracy, val_loss.
Log = Callable[[dict[str, float]], None]


class Fitted(Protocol):
    """A model after training."""

    @property
    def framework(self) -> tuple[str, str]:
        """The name and version of what trained it."""

    @property
    def device(self) -> str:
        """What it was trained on: `cpu` or `gpu`."""

    @property
    def precision(self) -> str:
        """Of the sums in training, such as `float32`; what it predicts with is float32."""

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
        """Fit and return it; the same seed gives the same figures."""
