"""The metrics of a classifier by name, for evaluation, the gate's report and its summary."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from perennial.statistics.accuracy import weighted_accuracy
from perennial.statistics.auc import weighted_auc
from perennial.statistics.calibration import weighted_calibration_error
from perennial.statistics.counts import Floats, Ints
from perennial.statistics.f1 import weighted_macro_f1
from perennial.statistics.log_loss import weighted_log_loss

# Arguments: probabilities, shape (rows, labels); label indices, shape (rows,); row weights, shape
# (samples, rows). Returns the score of each sample, shape (samples,), NaN where it is undefined.
# A weight of 2 means that the row occurs twice, so that a bootstrap is one call.
Weighted = Callable[[Floats, Ints, Floats], Floats]


@dataclass(frozen=True)
class Metric:
    """A metric with its display name and unit."""

    title: str
    weighted: Weighted
    unit: str
    higher_is_better: bool

    def score(self, probabilities: Floats, labels: Ints) -> float:
        """Return the metric with all weights 1; NaN where it is undefined.

        >>> METRICS["accuracy"].score(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1]))
        0.5
        """
        return float(self.weighted(probabilities, labels, np.ones((1, len(labels))))[0])


METRICS = {
    "accuracy": Metric("accuracy", weighted_accuracy, "share of rows", True),
    "macro_f1": Metric("macro F1", weighted_macro_f1, "0 to 1", True),
    "auc": Metric("AUC", weighted_auc, "0 to 1", True),
    "log_loss": Metric("log loss", weighted_log_loss, "nats", False),
    "calibration_error": Metric(
        "calibration error", weighted_calibration_error, "share of rows", False
    ),
}
