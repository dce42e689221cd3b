"""Bike sharing: how many bikes are rented in an hour? A number, and rows in the order of time."""

from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.number import NumberOutput
from training.task.files import rows_file
from training.task.rows_file import read_rows
from training.task.schema import Schema
from training.task.task import Rows, Task

FILE = rows_file("bikes")
LABEL = "cnt"
# The two parts of the label; the row's number; and what only says which part of the history a row
# is from, which is another one for every row to come.
UNUSED = ("casual", "registered", "instant", "yr", "mnth", "season")

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
WEATHER = ("clear", "mist", "light rain or snow", "heavy rain or snow")
NO_YES = ("no", "yes")


class Bikes:
    """Hours of the Capital Bikeshare in Washington, D.C., 2011 and 2012.

    Source: Fanaee-T and Gama, Event labeling combining ensemble detectors and background
    knowledge, Progress in Artificial Intelligence 2, 2013; UCI, doi.org/10.24432/C5W894; CC BY 4.0.
    """

    input = TableInput(
        columns=(
            TimeColumn(name="time", missing=False),
            # The clock tells both, so their drift says nothing of the rows.
            NumberColumn(name="hour", low=0, high=23, whole=True, watched=False),
            CategoryColumn(name="weekday", categories=DAYS, watched=False),
            CategoryColumn(name="workingday", categories=NO_YES),
            CategoryColumn(name="holiday", categories=NO_YES),
            CategoryColumn(name="weather", categories=WEATHER),
            # As published, as shares of 41 and 50 degrees Celsius, 100 % and 67 km/h.
            NumberColumn(name="temperature", low=0, high=1),
            NumberColumn(name="felt_temperature", low=0, high=1),
            NumberColumn(name="humidity", low=0, high=1),
            NumberColumn(name="wind", low=0, high=1),
        )
    )
    output = NumberOutput(unit="rentals", low=0, loss="absolute", coverage=0.9)
    schema = Schema()
    about = (
        "Says how many bikes are rented in one hour, with an interval that holds the true number "
        "in 9 of 10 hours, from the hour, the day and the weather. Base rows: the 17,379 hours "
        "from January 2011 to December 2012 that the publisher of the data has; hours without "
        "rentals are missing. They are in the order of time, and split by it.\n\n"
        "Source: Fanaee-T and Gama, *Bike Sharing*, UCI Machine Learning Repository, 2013, "
        "[doi:10.24432/C5W894](https://doi.org/10.24432/C5W894), licence CC BY 4.0; `make data` "
        "renames columns, joins day and hour to a time, writes codes as words, and changes no "
        "number.\n\n"
        "An example for this template. The service grew: 63 % more bikes were rented in the second "
        "year, so a model that was trained on one year is too low in the next; month, season and "
        "year are no inputs. Not for another city or another year, nor for planning: the weather "
        "of the hour itself is an input, and a forecast of it is not as good."
    )

    def load(self) -> Rows:
        """Return all rows; `make data TASK=bikes` gets them."""
        return read_rows(FILE, self.input, label=LABEL, unused=UNUSED)


TASK: Task = Bikes()
