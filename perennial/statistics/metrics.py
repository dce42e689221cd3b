"""A metric of a model, and those of a classifier by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.accuracy import weighted_accuracy
from perennial.statistics.auc import weighted_auc
from perennial.statistics.calibration import weighted_calibration_error
from perennial.statistics.counts import Floats
from perennial.statistics.f1 import weighted_macro_f1
from perennial.statistics.log_loss import weighted_log_loss

# Arguments: the model's values, shape (rows, width); truths, shape (rows,); row weights, shape
# (samples, rows). Returns the score of each sample, shape (samples,), NaN where it is undefined.
# Values of a classifier are probabilities, its truths indices of labels.
# A weight of 2 means that the row occurs twice, so that a bootstrap is one call.
Weighted = Callable[[Floats, NDArray[Any], Floats], Floats]


@dataclass(frozen=True)
class Metric:
    """A metric with its display name and unit.

    about: a sentence that says what it is.
    brief: whether it is among the few that a summary has room for.
    """

    title: str
    weighted: Weighted
    unit: str
    higher_is_better: bool
    about: str = ""
    brief: bool = True

    def score(self, values: Floats, truths: NDArray[Any]) -> float:
        """Return the metric with all weights 1; NaN where it is undefined.

        >>> METRICS["accuracy"].score(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1]))
        0.5
        """
        return float(self.weighted(values, truths, np.ones((1, len(truths))))[0])


METRICS = {
    "accuracy": Metric(
        "accuracy",
        weighted_accuracy,
        "share of rows",
        True,
        "Share of test rows predicted correctly.",
    ),
    "macro_f1": Metric(
        "macro F1",
        weighted_macro_f1,
        "0 to 1",
        True,
        "Mean over labels of the harmonic mean of precision and recall.",
    ),
    "auc": Metric(
        "AUC",
        weighted_auc,
        "0 to 1",
        True,
        "Mean over labels of the area under the ROC curve.",
        brief=False,
    ),
    "log_loss": Metric(
        "log loss",
        weighted_log_loss,
        "nats",
        False,
        "Mean negative log probability of the true label in nats.",
    ),
    "calibration_error": Metric(
        "calibration error",
        weighted_calibration_error,
        "share of rows",
        False,
        "Mean gap between confidence and accuracy.",
    ),
}
