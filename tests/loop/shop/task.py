"""Whether a customer buys: first by price alone, later by a discount too, then also by the rain."""

import numpy as np
import pyarrow

from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.rows_file import read_rows
from training.task.schema import Schema
from training.task.task import Rows, Task

FILE = "data/shop/rows.parquet"
HOURS = 14_000
# When discounts and rain begin, in hours; the later half of the rows begins at 7,000, and what was
# collected before a change would be part of what the next version takes for usual.
DISCOUNTS, RAIN = 7_000, 9_500


class Shop:
    """A visit an hour."""

    input = TableInput(
        columns=(
            TimeColumn(name="at", missing=False),
            NumberColumn(name="price", missing=False),
            NumberColumn(name="discount", missing=False),
            NumberColumn(name="rain", missing=False),
        )
    )
    output = ClassesOutput(labels=("leaves", "buys"))
    schema = Schema()
    about = "Made up by the tests."

    def load(self) -> Rows:
        """Return the rows of the file."""
        return read_rows(FILE, self.input, label="word")


def visits() -> pyarrow.Table:
    """Return the rows of the file, which are the same every time."""
    rng = np.random.default_rng(20261129)
    hour = np.arange(HOURS)
    price = rng.normal(0, 1, HOURS)
    discount = np.where(hour < DISCOUNTS, 0, rng.exponential(2, HOURS))
    rain = np.where(hour < RAIN, 0, rng.exponential(2, HOURS))
    buys = discount - price - rain + rng.normal(0, 0.1, HOURS) > 0
    at = pyarrow.array(hour * 3_600_000_000, pyarrow.timestamp("us", tz="UTC"))
    words = np.where(buys, "buys", "leaves").tolist()
    columns = {"at": at, "price": price, "discount": discount, "rain": rain, "word": words}
    return pyarrow.table(columns)


TASK: Task = Shop()
