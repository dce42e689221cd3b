"""How well each version did on the rows that it answered, beside what it had promised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demo.stage import Stage
from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.statistics.metrics import Metric
from training.task.task import Rows


@dataclass(frozen=True)
class Served:
    """The scores of one version, all by the headline metric of the task's output.

    rows: that it answered.  promised: what its bundle says.  kept: on its rows.
    first: the first version's on the same rows.
    """

    version: str
    rows: int
    promised: float
    kept: float
    first: float

    def line(self, metric: Metric) -> str:
        """Return the scores as a sentence."""
        return (
            f"version {self.version}: {metric.title} {self.kept:.4g} on {self.rows} rows "
            f"({metric.unit}); its bundle promised {self.promised:.4g}, and the first version "
            f"would have had {self.first:.4g}"
        )


def served(stage: Stage, rows: Rows, promised: Sequence[float]) -> list[Served]:
    """Return the scores of each version that answered any of the rows, in their order.

    promised: by version, in the order in which they were deployed.
    """
    output, folder = stage.task.output, stage.workspace.bundle
    values = Predictor(bundle.load(folder)).predict(stage.task.input.from_arrow(rows.table))
    truths = output.truths([label for label in rows.labels if label is not None])
    losses = output.losses(values.astype(np.float64), truths)
    score = output.loss_test.score
    found = []
    for version, promise in zip(stage.versions, promised, strict=False):
        mine = [answer for answer in stage.traffic.answers if answer.version == version]
        if mine:
            kept = score(np.array([answer.loss for answer in mine]))
            first = score(losses[[answer.row for answer in mine]])
            found.append(Served(version, len(mine), promise, kept, first))
    return found
