"""A task whose own rows are the beginning of a history."""

from dataclasses import dataclass

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.task.schema import Schema
from training.task.task import Rows, Task


@dataclass(frozen=True)
class Beginning:
    """The task of a history's first rows; whole: the task that it is of."""

    whole: Task
    rows: Rows

    @property
    def input(self) -> InputKind:
        """As of the whole task."""
        return self.whole.input

    @property
    def output(self) -> OutputKind:
        """As of the whole task."""
        return self.whole.output

    @property
    def schema(self) -> Schema:
        """As of the whole task."""
        return self.whole.schema

    @property
    def about(self) -> str:
        """As of the whole task."""
        return self.whole.about

    def load(self) -> Rows:
        """Return the first rows."""
        return self.rows
