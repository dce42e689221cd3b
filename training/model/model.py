"""The interface of a model: it is fitted to rows and can be written as ONNX."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind, Truths
from training.model import parameters

P = TypeVar("P", bound=parameters.Parameters)


class Labelled(Protocol):
    """Rows with their labels."""

    @property
    def inputs(self) -> NDArray[np.float32]:
        """The rows, shape (rows, *input shape)."""

    @property
    def labels(self) -> Truths:
        """The truths of the output's kind, such as each label's index, shape (rows,)."""


@dataclass(frozen=True)
class Rows:
    """The rows of a training: a model is fitted to `train` and may watch `validation`.

    cases: a number for each training row, shape (rows,), equal for copies of one row; None if each
    is there once. A model that holds out training rows from each other holds out copies together.
    """

    train: Labelled
    validation: Labelled
    cases: NDArray[np.int64] | None = None


class Log(Protocol):
    """Takes figures while a model is fitted."""

    def __call__(self, figures: Mapping[str, float], *, epochs: int | None = None) -> None:
        """Record the output's headline and the loss: accuracy, loss, val_accuracy and val_loss.

        A model that grows trees adds their number, `trees`.

        epochs: how many there will be at most, if the model has epochs and logs after each one;
        None for a model without epochs, which logs once.
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

    def values(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the framework's own values, shape (rows, output width), not yet adjusted."""

    def write_onnx(self, path: Path) -> None:
        """Write it with one input, shape (rows, *input shape), and one output, these values.

        A model of pieces of texts takes their numbers, shape (rows, pieces), and writes its
        tokenizer.json beside it.
        """


class Model(ABC, Generic[P]):
    """A model that can be trained: the one subclass in a file of training/models.

    The file imports its framework inside of functions only, because listing the models and
    checking params.yaml import the file.

    inputs, outputs: the kinds that it takes and gives, such as `image` and `classes`.
    Parameters: the class of its parameters.
    trial: parameters that fit a few rows in seconds, for tests and the contracts.
    """

    inputs: ClassVar[frozenset[str]]
    outputs: ClassVar[frozenset[str]]
    Parameters: type[P]
    trial: P

    def objection(self, schema: InputKind, output: str) -> str:
        """Return what is against fitting it to such rows, as a verb phrase; empty if nothing.

        output: the name of its kind.  A model that takes only some inputs of its kinds says more.
        """
        if schema.kind not in self.inputs:
            return f"takes {_either(self.inputs)} as input, not {schema.kind}"
        if output not in self.outputs:
            return f"answers with {_either(self.outputs)}, not {output}"
        return ""

    def check(self, parameters: P) -> None:
        """Raise BadParameter for what `fit` would refuse, before anything is trained."""

    @abstractmethod
    def fit(
        self, rows: Rows, schema: InputKind, output: OutputKind, parameters: P, log: Log
    ) -> Fitted:
        """Return the fitted model; the same rows and parameters give the same figures.

        It reads and writes no files and leaves the rows as they are.
        schema: of the inputs.  output: what the values are.
        """


def _either(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))
