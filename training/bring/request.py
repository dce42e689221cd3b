"""What `make task` is asked for, checked before anything is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from perennial.errors import Described
from perennial.kinds.known import INPUTS
from perennial.validation import NOTHING
from training.bring.gaps import GAPS
from training.errors import BadParameter
from training.task.discovery import checked_name
from training.task.files import data_folder, folder

NOT_YET = {
    kind: f"table; rows of the kind {kind} are not inferred yet, so make a task with code to fill "
    "in by 'make task-new NAME=…' and follow docs/tasks.md"
    for kind in INPUTS
    if kind != "table"
}
DATES = ("dmy", "mdy")
MARKS = (".", ",")


@dataclass(frozen=True)
class Request:
    """The variables of `make task`, by the names that they have there in small letters.

    time: the column that orders rows.  sensitive: columns whose values are not kept, each with how
    (`email` or `email:hash`).  unused: columns to leave out.  words: columns of numbers that are
    names.  decimal: the decimal mark.  dates: the order of day and month.  Empty ones are inferred.
    gaps: the words that stand for a missing value.
    """

    name: str
    file: Path
    target: str
    kind: str = "table"
    output: str = "classes"
    time: str = ""
    sensitive: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    decimal: str = ""
    dates: str = ""
    gaps: tuple[str, ...] = GAPS

    def check(self, root: Path) -> None:
        """Raise BadParameter for the first value that cannot be used."""
        checked_name(self.name, field="NAME")
        for place in (folder(self.name), data_folder(self.name)):
            if (root / place).exists():
                expected = f"a name without a folder {place} yet; 'make task-remove' removes a task"
                raise BadParameter("NAME", self.name, expected)
        if self.kind != "table":
            raise BadParameter("KIND", self.kind, NOT_YET.get(self.kind, "table"))
        check_written(self.decimal, self.dates)
        for name, how in self.sensitive.items():
            _one_of(f"SENSITIVE {name}", how, ("drop", "hash"))
        if not self.target:
            raise BadParameter("TARGET", NOTHING, "the name of the column to predict")
        if not self.file.name or not (root / self.file).is_file():
            got = str(self.file) if self.file.name else NOTHING
            raise BadParameter("FILE", got, "an existing CSV or Parquet file")

    def roles(self) -> dict[str, str]:
        """Return the columns that are named, each with its variable. Raises BadParameter.

        >>> Request("churn", Path("rows.csv"), "left", time="seen").roles()
        {'left': 'TARGET', 'seen': 'TIME'}
        """
        named = [("TARGET", self.target), ("TIME", self.time)]
        named += [("SENSITIVE", name) for name in self.sensitive]
        named += [("UNUSED", name) for name in self.unused]
        named += [("WORDS", name) for name in self.words]
        found: dict[str, str] = {}
        for variable, name in named:
            if name in found:
                expected = Described(f"a column that {found[name]} does not name too")
                raise BadParameter(variable, name, expected)
            if name:
                found[name] = variable
        return found


def check_written(decimal: str, dates: str) -> None:
    """Raise BadParameter for a decimal mark, or an order of day and month, that there is not."""
    for name, value, known in (("DECIMAL", decimal, MARKS), ("DATES", dates, DATES)):
        if value:
            _one_of(name, value, known)


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise BadParameter(name, value or NOTHING, f"one of {', '.join(known)}")
