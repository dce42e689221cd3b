"""Computes what models lose on each row, by the challenger's kind of output."""

from dataclasses import dataclass

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.counts import Bools, Floats
from training.errors import BundleUnusable


@dataclass(frozen=True)
class ChampionLosses:
    """What the champion loses on each row, shape (rows,).

    unanswered: how many rows it gives no number for.
    """

    losses: Floats
    unanswered: int


def challenger_losses(model: Predictor, found: Floats, truths: Truths) -> Floats:
    """Return the loss of each row, shape (rows,).

    found: the model's values.
    Raises BundleUnusable if the model returns no number for a row.
    """
    broken = unanswered(found)
    if broken.any():
        row = int(broken.argmax())
        said = np.array2string(found[row], threshold=5)
        problem = f"the model returns {said} for test row {row}, expected finite numbers"
        raise BundleUnusable(model.bundle.path, problem)
    return model.bundle.manifest.output.losses(found, truths)


def champion_losses(
    found: Floats, given: OutputKind, truths: Truths, output: OutputKind, challenger: Floats
) -> ChampionLosses:
    """Return the losses of the model that serves, which must not block its own replacement.

    A row that it gives no number for has the worst loss: 1 of 0 and 1, else the largest known.
    found: its values.  given: its schema, which may differ from `output`, that of the truths.
    challenger: the challenger's losses on the same rows.
    """
    broken = unanswered(found)
    lost = np.zeros(len(found))
    lost[~broken] = output.losses(output.translated(found[~broken], given), truths[~broken])
    if broken.any():
        lost[broken] = output.loss_test.worst(np.append(challenger, lost))
    return ChampionLosses(lost, int(broken.sum()))


def unanswered(found: Floats) -> Bools:
    """Return whether each row of a model's values is no number, shape (rows,)."""
    return np.asarray(~np.isfinite(found).all(axis=1))
