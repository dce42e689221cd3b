"""Infers a task from a file: its columns, what is predicted, its rows, and all doubts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perennial.errors import Described, InvalidField
from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.sensitive import SensitiveColumn
from perennial.plural import plural
from training.bring.cells import Cells
from training.bring.clock import not_watched
from training.bring.column import Raw, infer
from training.bring.found import Found, left_out, listed, titled
from training.bring.headed import headed
from training.bring.names import name
from training.bring.numerals import decimal_mark
from training.bring.reading import Origin, Reading
from training.bring.request import Request
from training.bring.roles import roles
from training.bring.target import Target, infer_target
from training.bring.time_column import check_enough, infer_time
from training.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow

NAMED = 6  # columns with the same doubt in a line


@dataclass(frozen=True)
class Inferred:
    """A task that a file is enough for.

    form: how the file is written.  unsure: what may be read wrong in it.
    label, header: the target's names in the task and in the file.
    columns: all but the target.  reading: how to read later files.
    rows: those with a target, in the types of the input.  dropped: how many have none.
    """

    request: Request
    form: str
    unsure: tuple[str, ...]
    label: str
    header: str
    input: TableInput
    target: Target
    columns: tuple[Found, ...]
    reading: Reading
    rows: "pyarrow.Table"
    dropped: int

    def says(self) -> Iterator[str]:
        """Yield what each column is taken for, a line each."""
        label = titled(self.label, self.header)
        width = max(len(title) for title in (label, *(one.title for one in self.columns)))
        for one in self.columns:
            yield f"{one.title:<{width}}  {one.says}"
        yield f"{label:<{width}}  is predicted: {self.target.says}"

    def doubts(self) -> Iterator[str]:
        """Yield what a person should look at, a line each."""
        yield from self.unsure
        if self.dropped:
            yield f"{plural(self.dropped, 'row')} without a {self.label}: left out"
        renamed = [one for one in self.columns if one.column and one.name != one.header]
        if renamed:
            sent = f"{renamed[0].name!r}, not {renamed[0].header!r}"
            yield f"{plural(len(renamed), 'column')} renamed: clients send {sent}"
        headers = Counter([self.header, *(one.header for one in self.columns)])
        for header, count in headers.items():
            if header and count > 1:
                yield f"{count} columns are called {header!r}: each got a name of its own"
        named: dict[str, list[str]] = {doubt: [self.label] for doubt in self.target.doubts}
        for one in self.columns:
            for doubt in one.doubts:
                named.setdefault(doubt, []).append(one.name)
        for doubt, of in named.items():
            yield f"{listed(of, NAMED)}: {doubt}"


def infer_task(request: Request, cells: Cells) -> Inferred:
    """Return the task. Raises BadParameter."""
    import pyarrow
    from pyarrow import compute

    columns = headed(cells)
    by_name = roles(request, columns)
    raws = [Raw.of(column, request.gaps) for column in columns]
    written = [raw.written for raw in raws if raw.written and by_name.get(raw.name) != "UNUSED"]
    mark = request.decimal or decimal_mark(written, cells.separator)
    label = next(raw for raw in raws if by_name.get(raw.name) == "TARGET")
    target = infer_target(label, request.output, mark)
    others = [raw for raw in raws if raw is not label]
    found = not_watched([_found(raw, by_name.get(raw.name, ""), request, mark) for raw in others])
    kept = {one.name: one.values for one in found if one.values is not None}
    table = pyarrow.table({**kept, label.name: target.values})
    kind = _input(request, found)
    rows = table.filter(compute.is_valid(target.values))
    return Inferred(
        request=request,
        form=cells.form,
        unsure=cells.doubts,
        label=label.name,
        header=label.header,
        input=kind,
        target=target,
        columns=tuple(found),
        reading=_reading(request, raws, kind, label, target, mark),
        rows=rows,
        dropped=len(table) - len(rows),
    )


def _reading(
    request: Request, raws: list[Raw], kind: TableInput, label: Raw, target: Target, mark: str
) -> Reading:
    """Return how the columns of the task, and its labels, were read."""
    shown = bool(request.decimal)
    numbers = {column.name for column in kind.columns if isinstance(column, NumberColumn)}
    if not target.output.labels:
        numbers.add(label.name)
    columns = {
        raw.name: Origin(
            header=raw.header,
            number=raw.column.number,
            of=raw.column.of,
            decimal=raw.mark(mark) if raw.name in numbers and (shown or raw.marked) else "",
            dates=raw.order(request.dates) if raw.name == kind.time else "",
        )
        for raw in raws
        if raw.name in kind.names or raw is label
    }
    return Reading(
        label=label.name, columns=columns, renamed=dict(target.renamed), gaps=request.gaps
    )


def _input(request: Request, found: list[Found]) -> TableInput:
    """Return the columns that clients send. Raises BadParameter if the model would get none."""
    columns = tuple(one.column for one in found if one.column is not None)
    try:
        return TableInput(columns=columns)
    except (InvalidField, ValueError) as error:
        got = Described(f"{request.file}, whose columns are all left out")
        raise BadParameter("FILE", got, "one of numbers or categories to predict from") from error


def _found(raw: Raw, role: str, request: Request, mark: str) -> Found:
    """Return a column that is not the target."""
    if role == "UNUSED":
        return left_out(raw.header, raw.name, "UNUSED names it")
    if role == "SENSITIVE":
        return _sensitive(raw, request)
    if role == "TIME":
        found = infer_time(raw, request.dates)
        check_enough(found)
        return found
    return infer(raw, mark, as_words=role == "WORDS")


def _sensitive(raw: Raw, request: Request) -> Found:
    """Return a column that clients may send, and of which nothing is kept as it is."""
    named = next(wanted for wanted in request.sensitive if name(wanted, 0) == raw.name)
    how = request.sensitive[named]
    kept = "nothing of it" if how == "drop" else "a keyed hash of it"
    says = f"sensitive: not in the rows; of requests the service keeps {kept}"
    column = SensitiveColumn.model_validate({"name": raw.name, "sensitive": how})
    return Found(raw.header, raw.name, says, column)
