"""The published file of the task bikes, and how its rows are made from it."""

import io

import pyarrow
from pyarrow import compute, csv

from training.task.published import Published
from training.tasks.bikes.task import DAYS, NO_YES, WEATHER

# The names of columns that are kept as they are, here and in the file.
NUMBERS = {
    "hour": "hr",
    "temperature": "temp",
    "felt_temperature": "atemp",
    "humidity": "hum",
    "wind": "windspeed",
    "instant": "instant",
    "yr": "yr",
    "mnth": "mnth",
    "season": "season",
    "casual": "casual",
    "registered": "registered",
    "cnt": "cnt",
}
# Codes, the words for them, and the lowest code.
CODES = {
    "weekday": ("weekday", DAYS, 0),
    "workingday": ("workingday", NO_YES, 0),
    "holiday": ("holiday", NO_YES, 0),
    "weather": ("weathersit", WEATHER, 1),
}


def convert(content: bytes) -> pyarrow.Table:
    """Return the rows of the file. Raises ValueError."""
    table = csv.read_csv(io.BytesIO(content))
    wanted = {"dteday", *NUMBERS.values(), *(name for name, _, _ in CODES.values())}
    if lacking := sorted(wanted - set(table.column_names)):
        raise ValueError(f"it has no column {lacking[0]}")
    day = table.column("dteday").cast(pyarrow.timestamp("us"))
    hours = compute.multiply(table.column("hr"), 3_600_000_000).cast(pyarrow.duration("us"))
    columns = {"time": compute.assume_timezone(compute.add(day, hours), "UTC")}
    columns |= {name: table.column(given) for name, given in NUMBERS.items()}
    for name, (given, words, lowest) in CODES.items():
        places = compute.subtract(table.column(given), lowest)
        columns[name] = compute.take(pyarrow.array(words), places)
    return pyarrow.table(columns)


PUBLISHED = Published(
    url="https://archive.ics.uci.edu/static/public/275/bike+sharing+dataset.zip",
    members=("hour.csv",),
    local=("bikes/hour.csv",),
    convert=convert,
    content="2a92253a3c1145b1a695039a37f83dbbc45c8cda8370f0b07208498589a400fd",
)
