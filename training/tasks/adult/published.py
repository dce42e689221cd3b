"""The published file of the task adult, and how its rows are made from it."""

import csv
import io

import pyarrow

from training.task.published import Published
from training.tasks.adult.task import LABEL, TASK, UNUSED

# The columns of the file, which has no header, in their order.
NAMES = (
    *("age", "workclass", UNUSED[0], "education", "education_num", "marital_status"),
    *("occupation", "relationship", "race", "sex", "capital_gain", "capital_loss"),
    *("hours_per_week", "native_country", LABEL),
)
GAP = "?"


def convert(content: bytes) -> pyarrow.Table:
    """Return the rows of the file, with or without a header. Raises ValueError."""
    lines = csv.reader(io.StringIO(content.decode("ascii")), skipinitialspace=True)
    rows = [line for line in lines if line]
    if rows and rows[0][0] == "age":
        del rows[0]
    for place, row in enumerate(rows):
        if len(row) != len(NAMES):
            raise ValueError(f"row {place} has {len(row)} values, expected {len(NAMES)}")
    types = TASK.input.arrow_schema()
    columns = {}
    for name, values in zip(NAMES, zip(*rows, strict=True), strict=True):
        known = [None if value == GAP else value for value in values]
        text = pyarrow.array(known, pyarrow.string())
        is_number = name in UNUSED or name in types.names and types.field(name).type != text.type
        columns[name] = text.cast(pyarrow.int64()) if is_number else text
    return pyarrow.table(columns)


PUBLISHED = Published(
    url="https://archive.ics.uci.edu/static/public/2/adult.zip",
    members=("adult.data",),
    local=("adult/adult.csv",),
    convert=convert,
    content="5e423be2eb2c919be87962fe03d4a07edcb2e76fcb67c1f054ed5123d60045d4",
)
