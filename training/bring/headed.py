"""A column of a file with its name there, before anything is known of its values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.bring.cells import Cells
from training.bring.names import names

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Headed:
    """A column.

    header, name: its names in the file and for a task.  number, of: which one it is of how many
    columns with this header.  values: as the file has them.
    """

    header: str
    name: str
    values: "pyarrow.ChunkedArray"
    number: int = 1
    of: int = 1


def headed(cells: Cells) -> list[Headed]:
    """Return the columns of a file in its order."""
    given = zip(cells.headers, names(cells.headers), cells.columns, strict=True)
    return [
        Headed(header, name, values, cells.headers[: at + 1].count(header), count)
        for at, (header, name, values) in enumerate(given)
        for count in [cells.headers.count(header)]
    ]
