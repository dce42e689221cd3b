"""Reads a CSV or Parquet file as columns, those of a CSV file as text."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perennial.errors import Described
from training.bring.decode import decode, encoding_doubts
from training.bring.separator import SEPARATORS, separator, split_off
from training.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow

PARQUET = b"PAR1"
BLOCK = 2**26  # bytes, of which a row may have at most as many


@dataclass(frozen=True)
class Cells:
    """The columns of a file.

    headers: their names in the file, which may be there twice or empty.  columns: text or other
    values, as the file has them.  form: how the file is written, for people.  separator: empty for
    Parquet.  doubts: what a person should look at.
    """

    headers: tuple[str, ...]
    columns: "tuple[pyarrow.ChunkedArray, ...]"
    form: str
    separator: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0])


def read(file: Path) -> Cells:
    """Return the columns of a file. Raises BadParameter."""
    data = file.read_bytes()
    found = _parquet(file) if data.startswith(PARQUET) else _csv(data, file)
    if not found.rows:
        raise BadParameter("FILE", Described(f"{file}, which has 0 rows"), "rows below the names")
    return found


def _parquet(file: Path) -> Cells:
    import pyarrow
    from pyarrow import parquet

    from training.task.rows_file import INDEX

    try:
        with parquet.ParquetFile(file) as stored:
            table = stored.read()
    except (pyarrow.ArrowException, OSError) as error:
        got = Described(f"{file}: {' '.join(str(error).split())}")
        raise BadParameter("FILE", got, "a readable Parquet file") from error
    kept = [at for at, name in enumerate(table.column_names) if not INDEX.fullmatch(name)]
    if not kept:
        raise BadParameter("FILE", Described(f"{file}, which has no columns"), "columns")
    names = tuple(table.column_names[at] for at in kept)
    return Cells(names, tuple(table.column(at) for at in kept), "Parquet")


def _csv(data: bytes, file: Path) -> Cells:
    text, encoding = decode(data, file)
    named, text = split_off(text.lstrip("\r\n"))
    if not text.strip():
        raise BadParameter("FILE", Described(f"{file}, which is empty"), "a line of names and rows")
    by = named or separator(text, file)
    table = _parsed(text, by, file)
    first = table.slice(0, 1).to_pylist()[0]
    headers = tuple(" ".join(name.split()) for name in first.values())
    form = f"CSV in {encoding}, separated by {SEPARATORS.get(by, repr(by))}"
    columns = tuple(table.slice(1).columns)
    return Cells(headers, columns, form, by, encoding_doubts(text, encoding))


def _parsed(text: str, by: str, file: Path) -> "pyarrow.Table":
    """Return all lines as columns of text; the first is that of the names."""
    import csv
    import io

    import pyarrow
    from pyarrow import csv as arrow

    width = len(next(csv.reader(io.StringIO(text, newline=""), delimiter=by)))
    wrong: list[Any] = []

    def refuse(row: Any) -> str:
        wrong.append(row)
        return "skip"

    try:
        table = arrow.read_csv(
            io.BytesIO(text.encode()),
            read_options=arrow.ReadOptions(
                autogenerate_column_names=True, block_size=BLOCK, use_threads=False
            ),
            parse_options=arrow.ParseOptions(
                delimiter=by, newlines_in_values=True, invalid_row_handler=refuse
            ),
            convert_options=arrow.ConvertOptions(
                column_types={f"f{at}": pyarrow.string() for at in range(width)},
                strings_can_be_null=False,
            ),
        )
    except pyarrow.ArrowInvalid as error:
        got = Described(f"{file}: {' '.join(str(error).split())}")
        raise BadParameter("FILE", got, "a CSV file") from error
    if wrong:
        others = f", and {len(wrong) - 1} others" if len(wrong) > 1 else ""
        # Arrow counts the line of names too.
        row = f"row {wrong[0].number - 1} has {wrong[0].actual_columns}"
        got = Described(f"{file}, whose {row}{others}")
        raise BadParameter("FILE", got, f"{wrong[0].expected_columns} values in each row")
    return table
