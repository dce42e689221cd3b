"""Files of rows as people have them, made up."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.bring.cells import read
from training.bring.inferred import Inferred, infer_task
from training.bring.request import Request

ROWS = 240
# Of both labels equally many, of the numbers none twice in a row.
GOOD: Mapping[str, Sequence[str]] = {
    "Alter": [str(20 + row % 50) for row in range(ROWS)],
    "Größe": [f"{1.5 + row % 7 / 10:.2f}" for row in range(ROWS)],
    "Vertrag": [("Monat", "Jahr", "zwei Jahre")[row % 3] for row in range(ROWS)],
    "weg": [("ja", "nein")[row % 2] for row in range(ROWS)],
}


def text(columns: Mapping[str, Sequence[str]], *, by: str = ",", headers: str = "") -> str:
    """Return a CSV file. headers: the first line, in place of the columns' names."""
    rows = zip(*columns.values(), strict=True)
    return "\n".join([headers or by.join(columns), *(by.join(row) for row in rows), ""])


def written(folder: Path, content: str, *, encoding: str = "utf-8") -> Path:
    """Write a file and return it."""
    file = folder / "rows.csv"
    file.write_bytes(content.encode(encoding))
    return file


def inferred(file: Path, **options: Any) -> Inferred:
    """Return what a file is taken for, with its column `weg` as the target."""
    request = Request(**{"name": "churn", "file": file, "target": "weg", **options})
    request.check(file.parent)
    return infer_task(request, read(file))


def column(folder: Path, values: Sequence[str], **options: Any) -> Inferred:
    """Return what a file is taken for in which the column `x` has these values."""
    by = options.pop("by", ";")
    repeated = [values[row % len(values)] for row in range(ROWS)]
    quoted = [f'"{value}"' if by in value else value for value in repeated]
    return inferred(written(folder, text({**GOOD, "x": quoted}, by=by)), **options)


def said(found: Inferred, name: str) -> str:
    """Return what a column is taken for, with its doubts."""
    one = next(one for one in found.columns if one.name == name)
    return "; ".join([one.says, *one.doubts])
