"""How `make task` read a file, kept beside the task's rows so that `make send` reads alike."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from perennial import validation
from perennial.kinds.record import Record
from training.bring.gaps import GAPS
from training.bring.headed import Headed
from training.bring.names import alike
from training.bring.roles import unknown
from training.errors import BadParameter
from training.task.files import data_folder

FILE = "reading.json"


class Origin(Record):
    """Where a column of the task is in the file.

    header: its name there.  number, of: which one it is of how many columns of this name.
    decimal: the decimal mark of its numbers.  dates: the order of day and month.  Either is empty
    where the file did not need one.
    """

    header: str
    number: int = 1
    of: int = 1
    decimal: str = ""
    dates: str = ""

    def find(self, name: str, columns: Sequence[Headed]) -> Headed | None:
        """Return the column of a file that was written likewise; None if there is none.

        name: the column's in the task, which a file may have too.
        """
        ways = (
            [column for column in columns if column.header == self.header],
            [column for column in columns if alike(column.header) == alike(self.header)],
            [column for column in columns if column.header == name],
        )
        if len(ways[0]) == self.of:
            return ways[0][self.number - 1]
        return next((way[0] for way in ways[1:] if len(way) == 1 == self.of), None)


class Reading(Record):
    """What was decided about a file.

    gaps: the words that stand for a missing value.  label: the target's name.
    columns: by their names in the task, the target too.  renamed: labels that the task calls
    otherwise than the file does.
    """

    label: str
    columns: dict[str, Origin]
    renamed: dict[str, str] = {}
    gaps: tuple[str, ...] = GAPS

    def find(self, name: str, variable: str, columns: Sequence[Headed]) -> Headed:
        """Return the column of another file. Raises BadParameter, which names the variable."""
        origin = self.columns[name]
        if found := origin.find(name, columns):
            return found
        header = origin.header or f"without a name, number {origin.number}"
        raise unknown(header, variable, columns)


def write_reading(reading: Reading, task: str, root: Path) -> Path:
    """Write the file of a task and return it."""
    file = root / data_folder(task) / FILE
    file.write_text(
        reading.model_dump_json(indent=2, exclude_defaults=True, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    return file


def read_reading(task: str, root: Path) -> Reading | None:
    """Return how a task's file was read; None if `make task` did not make it.

    Raises BadParameter.
    """
    file = root / data_folder(task) / FILE
    if not file.is_file():
        return None
    try:
        return Reading.model_validate_json(file.read_bytes())
    except ValidationError as error:
        wrong = validation.first(error)
        raise BadParameter(f"{file}: {wrong.field()}", wrong.value, wrong.expected) from error
