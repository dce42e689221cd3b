"""How many bikes are rented in an hour: a table to a number."""

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.number import NumberOutput
from tests.training.travel.rentals.rows import WEATHER, instances, label
from training.task.schema import Schema
from training.task.task import Rows, Task

ROWS = 900


class Rentals:
    """Made up."""

    input = TableInput(
        columns=(
            NumberColumn(name="hour", low=0, high=23, whole=True),
            NumberColumn(name="temperature", low=-50, high=60),
            CategoryColumn(name="weather", categories=WEATHER),
        )
    )
    output = NumberOutput(unit="rentals", loss="absolute", coverage=0.9)
    schema = Schema()
    about = "Made up by the tests."

    def load(self) -> Rows:
        """Return the same rows every time."""
        hours = instances(ROWS, seed=1)
        return Rows(self.input.to_arrow(hours), [str(label(one)) for one in hours])


TASK: Task = Rentals()
