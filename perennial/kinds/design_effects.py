"""How many labels in a row tell as much of a model's answers as an independent one."""

import numpy as np

from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.counts import Floats
from perennial.statistics.regression import covered
from perennial.statistics.serial import design_effect


def design_effects(output: OutputKind, values: Floats, truths: Truths) -> dict[str, float]:
    """Return the fields of `Reference` that say so.

    values, truths: of rows in time order, shape (rows, width) and (rows,).
    """
    found = {"design_effect": design_effect(output.losses(values, truths))}
    if output.coverage is not None:
        inside = covered(values, truths).astype(np.float64)
        found["coverage_design_effect"] = design_effect(inside)
    return found
