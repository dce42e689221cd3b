"""Writes task.py: the columns and the output that a file was found to have, as code to edit."""

from collections.abc import Iterator
from typing import Any

from perennial.kinds.record import Record
from training.bring.found import Found
from training.bring.inferred import Inferred

WIDTH = 100  # characters of a line, as black has it
HEAD = '''"""{title}: rows of {file}, made by `make task`."""

{imports}


class {cls}:
    """What is predicted: {label}."""

    input = TableInput(
        columns=(
{columns}
        )
    )
    output = {output}
    schema = Schema()
    about = read_card(__file__)

    def load(self) -> Rows:
        """Return the rows of the file."""
        return read_rows("data/{name}/rows.parquet", self.input, label="{label}")


TASK: Task = {cls}()
'''
IMPORTS = (
    "from perennial.kinds.inputs.table import TableInput",
    "from training.task.card import read_card",
    "from training.task.rows_file import read_rows",
    "from training.task.schema import Schema",
    "from training.task.task import Rows, Task",
)


def code(inferred: Inferred) -> str:
    """Return the text of task.py, as black formats it."""
    name = inferred.request.name
    columns = [one for one in inferred.columns if one.column is not None]
    output = inferred.target.output
    assert isinstance(output, Record)  # as every kind of output is
    records = [one.column for one in columns]
    return HEAD.format(
        title=name.capitalize().replace("_", " "),
        file=_plain(inferred.request.file.name),
        imports="\n".join(sorted({*IMPORTS, *_imports([*records, output])})),
        cls=class_name(name),
        label=inferred.label,
        columns="\n".join(line for one in columns for line in _column(one)),
        output="\n".join(_call(output, 4, before="output = "))[13:],
        name=name,
    )


def class_name(name: str) -> str:
    """Return a task's name as a class has it.

    >>> class_name("churn_2026")
    'Churn2026'
    """
    return "".join(part.capitalize() for part in name.split("_"))


def _imports(records: list[Any]) -> Iterator[str]:
    """Yield a line for each module."""
    modules: dict[str, set[str]] = {}
    for record in records:
        modules.setdefault(type(record).__module__, set()).add(type(record).__name__)
    for module, names in modules.items():
        yield f"from {module} import {', '.join(sorted(names))}"


def _column(found: Found) -> Iterator[str]:
    """Yield the lines of a column, below a comment with what the file has."""
    says = f"{' ' * 12}# {_plain(found.says)}"
    yield says if len(says) <= WIDTH else f"{says[: WIDTH - 1]}…"
    lines = list(_call(found.column, 12))
    yield from lines[:-1]
    yield f"{lines[-1]},"


def _call(record: Any, indent: int, before: str = "") -> Iterator[str]:
    """Yield the lines that make a record, on one if it fits with a comma after it.

    before: what stands before it, which the lines have too.
    """
    margin = " " * indent
    given = record.model_dump(exclude_defaults=True)
    values = {key: value for key, value in given.items() if key != "kind"}
    cls = f"{before}{type(record).__name__}"
    line = f"{margin}{cls}({', '.join(f'{key}={_value(value)}' for key, value in values.items())})"
    if len(line) < WIDTH:
        yield line
        return
    yield f"{margin}{cls}("
    for key, value in values.items():
        line = f"{margin}    {key}={_value(value)},"
        if len(line) <= WIDTH or not isinstance(value, tuple):
            yield line
            continue
        yield f"{margin}    {key}=("
        yield from (f"{margin}        {_value(item)}," for item in value)
        yield f"{margin}    ),"
    yield f"{margin})"


def _value(value: Any) -> str:
    """Return a value as black writes it.

    >>> print(_value(("a", 'say "no"')), _value(("a",)), _value(0.5), _value("it's"))
    ("a", 'say "no"') ("a",) 0.5 "it's"
    """
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))}{',' * (len(value) == 1)})"
    if not isinstance(value, str):
        return repr(value)
    found = repr(value)
    return found if '"' in value else f'"{found[1:-1]}"'


def _plain(text: str) -> str:
    """Return text that a comment or docstring may have, on one line."""
    return " ".join(text.split()).replace("\\", "/").replace('"', "'")
