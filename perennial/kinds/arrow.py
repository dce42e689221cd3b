"""Select columns of an Arrow table by their schema, and go from Arrow to numpy and back.

pyarrow's own ways to and from numpy and lists import pandas, which takes half a second in each
stage of a pipeline.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from perennial.errors import Described, InvalidField
from perennial.validation import NOTHING

if TYPE_CHECKING:
    import pyarrow


def select(table: "pyarrow.Table", schema: "pyarrow.Schema") -> "pyarrow.Table":
    """Return the columns of the schema, in its order; the table may have others too.

    Raises InvalidField for a column that is missing, twice, or of another type.
    """
    for field in schema:
        name, places = f"column {field.name}", table.schema.get_all_field_indices(field.name)
        if not places:
            raise InvalidField(name, NOTHING, f"a column of type {field.type}")
        if len(places) > 1:
            raise InvalidField(name, Described(f"{len(places)} columns"), "one")
        found = table.schema.field(places[0]).type
        if found != field.type:
            raise InvalidField(name, Described(str(found)), f"type {field.type}")
    return table.select(schema.names)


def filled(column: "pyarrow.ChunkedArray", name: str) -> "pyarrow.ChunkedArray":
    """Return a column without nulls. Raises InvalidField, naming the first row that has one."""
    if column.null_count:
        row = column.is_null().index(True).as_py()
        raise InvalidField(f"column {name}, row {row}", None, "a value")
    return column


def to_numpy(array: "pyarrow.Array") -> NDArray[Any]:
    """Return an array of numbers, NaN for null."""
    if array.null_count or not len(array):
        found: NDArray[Any] = array.to_numpy(zero_copy_only=False)
        return found
    stop = array.offset + len(array)
    buffer, dtype = array.buffers()[1], array.type.to_pandas_dtype()
    return np.frombuffer(buffer, dtype, stop)[array.offset :]


def from_numpy(values: NDArray[np.int64] | NDArray[np.float64]) -> "pyarrow.Array":
    """Return an array of numbers of 64 bits, none missing.

    >>> from_numpy(np.array([0.5])).to_pylist(), from_numpy(np.array([2])).to_pylist()
    ([0.5], [2])
    """
    import pyarrow

    fractions = np.issubdtype(values.dtype, np.floating)
    kind = pyarrow.float64() if fractions else pyarrow.int64()
    numbers = np.ascontiguousarray(values, np.float64 if fractions else np.int64)
    return pyarrow.Array.from_buffers(kind, len(values), [None, pyarrow.py_buffer(numbers)])


def strings(values: Sequence[str]) -> "pyarrow.Array":
    """Return an array of strings, none missing."""
    import pyarrow

    texts = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    buffers = pyarrow.py_buffer(ends), pyarrow.py_buffer(b"".join(texts))
    return pyarrow.StringArray.from_buffers(len(texts), *buffers)
