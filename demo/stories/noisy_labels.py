"""Labels come from people who err: what is trained on them must not make the service worse."""

from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow

from demo.aside import keep_back
from demo.pools import SEED, steady
from demo.stage import Stage
from demo.stories.bad_labels import BadLabels
from demo.stories.calm import Rows
from demo.traffic import Pool
from perennial.statistics.counts import Bools
from training.artifacts.splits import known
from training.task.task import Rows as TaskRows

# Of the rows that people labelled, how many come with their labels; the model learns from others.
LATER = 0.4


@runtime_checkable
class HumanLabelled(Protocol):
    """A task whose file of rows has a column with what people took for the label."""

    @property
    def human(self) -> str:
        """The name of the column; it has a gap where nobody was asked."""


class NoisyLabels(BadLabels):
    """Rows that no model was trained on come with the labels that people gave them.

    column: of their labels in the task's file of rows.
    """

    about = "labels come from people, who are sometimes wrong; the rows do not change"

    def __init__(self, column: str) -> None:
        self._column = column

    def prepare(self, stage: Stage) -> None:
        """Keep rows that people labelled back. Raises NoRowsAside."""
        random = np.random.default_rng(SEED)

        def labelled(table: pyarrow.Table, rows: TaskRows) -> Bools:
            asked = np.array([label is not None for label in table[self._column].to_pylist()])
            return asked & (random.random(len(asked)) < LATER)

        workspace = stage.workspace
        self._later, stored = keep_back(stage.task, workspace.task, workspace.rows, labelled)
        self._labels = known(stored[self._column].to_pylist())

    def _pool(self, stage: Stage, rows: Rows) -> Pool:
        """Return the rows that were kept back."""
        truth, sent = known(self._later.labels), self._labels
        right = sum(map(str.__eq__, truth, sent)) / len(truth)
        stage.note(f"people were right about {100 * right:.0f} % of {len(truth)} rows")
        return steady(stage.demo, self._later.table, truth, sent=sent)
