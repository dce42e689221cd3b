"""What rows are about changes: a label that was rare becomes frequent, and the loop learns it."""

import numpy as np
import pyarrow

from demo.aside import keep_back
from demo.pools import SEED
from demo.stage import Stage
from demo.stories.calm import Part, Rows
from demo.stories.shifted import Shifted
from perennial.statistics.counts import Bools
from training.artifacts.splits import known
from training.task.task import Rows as TaskRows

# How many rows are kept back until the mix has changed: of those with the label, and of others.
RARE, OTHERS = 0.9, 0.3


class Mix(Shifted):
    """Rows are kept back from the first model, most of those with one label, and come later."""

    def __init__(self, label: str, *, lookback: float) -> None:
        self.about = f"{label!r} was a rare label, and becomes a frequent one"
        self.lookback = lookback
        self._label = label

    def prepare(self, stage: Stage) -> None:
        """Keep the rows back. Raises NoRowsAside."""
        random = np.random.default_rng(SEED)

        def later(table: pyarrow.Table, rows: TaskRows) -> Bools:
            rare = np.array([label == self._label for label in rows.labels])
            return random.random(len(rare)) < np.where(rare, RARE, OTHERS)

        workspace = stage.workspace
        self._later, _ = keep_back(stage.task, workspace.task, workspace.rows, later)

    def _changed(self, stage: Stage, rows: Rows) -> tuple[str, Part, Part]:
        """Return the rows that were kept back."""
        labels = known(self._later.labels)
        order = np.random.default_rng(SEED).permutation(len(labels))
        mixed = Rows(
            self._later.table.take(order), [labels[at] for at in order], rows.score, rows.ended
        )
        before, after = (
            100 * each.count(self._label) / len(each) for each in (rows.labels, labels)
        )
        cause = f"{after:.0f} % of the rows are {self._label!r}, which were {before:.0f} %"
        return cause, *mixed.parts()
