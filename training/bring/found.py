"""What a column of the file is taken for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from perennial.kinds.columns import Column

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Found:
    """One column.

    header, name: in the file, and in the task.  says: what it is taken for, a clause.
    column: None if it is left out.  values: in the column's Arrow type.
    doubts: what a person should look at, a clause each.
    """

    header: str
    name: str
    says: str
    column: Column | None = None
    values: "pyarrow.ChunkedArray | None" = None
    doubts: tuple[str, ...] = ()

    def doubting(self, *doubts: str) -> "Found":
        """Return it with more doubts."""
        return replace(self, doubts=(*self.doubts, *doubts))

    @property
    def title(self) -> str:
        """The name, and the file's where it is another."""
        return titled(self.name, self.header)


def titled(name: str, header: str) -> str:
    """Return a column's name in the task, with the file's where it is another.

    >>> titled("alter", "Alter"), titled("alter", "alter")
    ("alter ('Alter')", 'alter')
    """
    return name if name == header else f"{name} ({header!r})"


def left_out(header: str, name: str, why: str, *doubts: str) -> Found:
    """Return a column that the model does not get; why: a clause."""
    return Found(header, name, f"left out: {why}", doubts=doubts)


def listed(values: Iterable[object], most: int = 8) -> str:
    """Return some of the values, and how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    shown = [str(value) for value in values]
    if len(shown) <= most:
        return ", ".join(shown)
    return f"{', '.join(shown[:most])} and {len(shown) - most:,} more"
