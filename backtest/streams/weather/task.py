"""Weather: does it rain on a day? Half a century of days at one station."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow
from pyarrow import csv

from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.validation import NOTHING
from training.errors import BadParameter
from training.task.schema import Schema
from training.task.task import Rows, Task

COLUMNS = tuple(f"feat_{place}" for place in range(1, 9))
FIRST = datetime(1949, 1, 1, tzinfo=UTC)


class Weather:
    """Days at Offutt Air Force Base, Nebraska, 1949 to 1999; the published rows have no dates.

    Source: Elwell and Polikar, Incremental Learning of Concept Drift in Nonstationary
    Environments, IEEE Transactions on Neural Networks 22, 2011; the data are NOAA's.
    """

    input = TableInput(
        columns=(TimeColumn(name="day"), *(NumberColumn(name=name) for name in COLUMNS))
    )
    output = ClassesOutput(labels=("dry", "rain"))
    schema = Schema()
    about = "Says from eight measurements of a day whether it rained."

    def load(self) -> Rows:
        """Return all rows, from the folder of data that PERENNIAL_DATA names."""
        folder = os.environ.get("PERENNIAL_DATA", "")
        file = Path(folder, "weather", "weather.csv")
        if not folder or not file.is_file():
            expected = "the folder of weather/weather.csv"
            raise BadParameter("PERENNIAL_DATA", folder or NOTHING, expected)
        table = csv.read_csv(file)
        days = [FIRST + timedelta(days=day) for day in range(len(table))]
        columns = {"day": pyarrow.array(days, pyarrow.timestamp("us", tz="UTC"))}
        columns |= {name: table.column(name).cast(pyarrow.float64()) for name in COLUMNS}
        labels = [self.output.labels[target] for target in table.column("target").to_pylist()]
        return Rows(pyarrow.table(columns), labels)


TASK: Task = Weather()
