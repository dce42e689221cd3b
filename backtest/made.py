"""Makes the replays that a command line asks for."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow

from backtest import history, store
from backtest.errors import BadHistory
from backtest.history import History, arranged
from backtest.scenario import Scenario
from backtest.streams import FOLDER, STREAMS
from monitoring import limits
from monitoring.errors import InvalidLimits
from monitoring.relay.limits import ModelLimits
from monitoring.relay.policy import Policy
from monitoring.relay.words import about
from monitoring.thresholds import Thresholds, seconds
from perennial.errors import Described
from perennial.kinds.arrow import from_numpy
from perennial.kinds.inputs.table import TableInput
from perennial.plural import plural
from training import params
from training.bring.cells import read
from training.bring.found import listed
from training.bring.reading import read_reading
from training.bring.rows_of import rows_of
from training.errors import BadParameter
from training.task.discovery import Tasks
from training.task.files import params_file
from training.task.rows_file import read_rows
from training.task.task import Rows, Task
from training.tasks import TASKS as SHIPPED

MINUTE, HOUR = 60, 3600
# A history that is longer is looked at every hour.
MOST_LOOKS = 50_000
# Rows of which a model can be trained, tuned and tested; and replays that differ enough.
LEAST_START, MOST_PHASES = 100, 50


class Known(Mapping[str, Task]):
    """The tasks that are trained, and the streams that are only replayed."""

    def __init__(self, trained: Tasks = SHIPPED) -> None:
        self._trained = trained

    def __iter__(self) -> Iterator[str]:
        yield from self._trained
        yield from STREAMS

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, name: str) -> Task:
        return self._trained[name] if name in self._trained else STREAMS[name]

    @property
    def waiting(self) -> list[str]:
        """The names of the tasks whose rows are not here yet."""
        return self._trained.waiting

    def parameters(self, name: str) -> params.TaskParams:
        """Return a task's parameters."""
        file = params_file(name) if name in self._trained else FOLDER / name / "params.yaml"
        return params.load(name, file, of=self[name])


TASKS = Known()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to replay; texts as they were given. phases: replays, each begins some rows later.

    decimal, dates: as a request to bring a file has them.
    """

    task: str
    rows: str = ""
    target: str = ""
    rate: str = ""
    late: str = "0s"
    start: int = 2000
    horizon: int = 1000
    duration: str = "5m"
    phases: int = 1
    decimal: str = ""
    dates: str = ""


def made(request: Request, out: Path, *, root: Path) -> list[Scenario]:
    """Return a scenario for each phase.

    out: the folder of what is kept.  root: the repository.
    Raises BadHistory.
    """
    task = TASKS[request.task]
    rows, places = _rows(request, task, root)
    found = arranged(task, rows, rate=request.rate, late=request.late, numbers=places)
    _check(request, found, task)
    first = scenario(request, task, found, out, root=root)
    if first.duration >= _span(found, request.start):
        wanted = _shorter(found, request.start)
        raise BadHistory("duration", request.duration, f"{wanted}: no pipeline would end")
    each = request.horizon // request.phases
    starts = [request.start + phase * each for phase in range(request.phases)]
    return [started(first, at, root=root) for at in starts]


def _check(request: Request, found: History, task: Task) -> None:
    """Raise BadHistory where the history cannot be replayed as the request says."""
    if request.start < LEAST_START:
        raise BadHistory("start", request.start, f"at least {LEAST_START} rows for a first model")
    _check_labels(found.labels, task)
    _check_labels(found.labels[: request.start], task)
    last = request.start + request.horizon
    if len(found) < last:
        wanted = f"at least {last:,}, those of the first model and a horizon, or a smaller"
        raise BadHistory("rows", len(found), f"{wanted} START or HORIZON")
    if found.labelled[request.start :].min() > found.seconds[-1]:
        wanted = _shorter(found, request.start)
        raise BadHistory("late", request.late, f"{wanted}: no label would come")
    if request.phases > request.horizon:
        wanted = f"at most {request.horizon:,}, the horizon over which they begin"
        raise BadHistory("phases", request.phases, wanted)
    if request.phases > MOST_PHASES:
        wanted = f"at most {MOST_PHASES}: all replays are of each"
        raise BadHistory("phases", request.phases, wanted)


def _span(found: History, start: int) -> float:
    """Return the seconds from the first model to the last row."""
    return float(found.seconds[-1] - found.seconds[start])


def _shorter(found: History, start: int) -> str:
    """Return what is expected of a time that has to end within the history."""
    span = about(_span(found, start))
    return f"less than the {span} from the first model to the last row, or a lower rate"


def _check_labels(found: Sequence[str], task: Task) -> None:
    """Raise BadHistory where all labels are the same one: there is nothing to predict."""
    if len(set(found)) == 1:
        problem = Described(f"{found[0]!r} as the label of all {len(found):,} rows")
        known = f", of {listed(task.output.labels)}" if task.output.labels else ""
        raise BadHistory("rows", problem, f"at least two different labels{known}")


def scenario(request: Request, task: Task, found: History, out: Path, *, root: Path) -> Scenario:
    """Return the replay of a history that is a task's.

    out, root: as of `made`.
    """
    numbers, own = TASKS.parameters(request.task), ModelLimits()
    thresholds = general = Thresholds()
    # A rate makes another traffic of the rows than the task's limits are for.
    if not request.rate:
        tasks = root / limits.TASKS
        try:
            thresholds = limits.own(general, tasks).get(request.task, general)
            own = limits.relay(general, tasks).get(request.task, own)
        except InvalidLimits as error:
            raise BadHistory("limits", Described(str(error)), "what generate takes") from error
    known = {
        "least_rows": numbers.collect.least_rows,
        "lookback_seconds": numbers.collect.lookback_seconds,
        "flow_seconds": seconds(thresholds.long_window),
    }
    relay = own.model_copy(update=known).applied(Policy())
    made = Scenario(
        name=request.task,
        task=task,
        history=found,
        numbers=numbers,
        thresholds=thresholds,
        relay=relay,
        start=request.start,
        pace=_pace(found),
        duration=history.duration("duration", request.duration),
        horizon=request.horizon,
        made="",
        cache=out,
    )
    return started(made, request.start, root=root)


def _pace(found: History) -> int:
    """Return the seconds between two looks. Raises BadHistory."""
    span = float(found.seconds[-1] - found.seconds[0])
    if span > MOST_LOOKS * HOUR:
        apart = np.diff(found.seconds)
        row, days = int(apart.argmax()) + 1, apart.max() / 86_400
        problem = Described(f"{span / 86_400:,.0f} days, {days:,.0f} of them after row {row:,}")
        wanted = f"at most {MOST_LOOKS * HOUR / 86_400:,.0f} days, or a RATE such as 10/m"
        raise BadHistory("rows", problem, wanted)
    return MINUTE if span <= MOST_LOOKS * MINUTE else HOUR


def started(scenario: Scenario, start: int, *, root: Path) -> Scenario:
    """Return the replay with a first model of so many rows. Raises BadHistory."""
    times = scenario.split.times
    if times is not None and times[0] == times[start - 1]:
        problem = Described(f"one time, {times[0]}, in the first {start:,}")
        raise BadHistory("rows", problem, "times that order them")
    models = store.code(store.MODELS, root)
    return replace(scenario, start=start, made=_digest(scenario, start, models))


def _digest(scenario: Scenario, start: int, models: str) -> str:
    """Return the digest of what decides a model beside its feedback."""
    rows = scenario.history.first(start)
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, rows.table.schema) as stream:
        stream.write_table(rows.table)
    labels = "\n".join(map(str, rows.labels))
    numbers, task = scenario.numbers.model_dump_json(), scenario.task
    kinds = f"{task.input!r} {task.output!r}"
    content = sink.getvalue().to_pybytes()
    return store.digest(scenario.name, numbers, kinds, models, labels, content)


def _rows(request: Request, task: Task, root: Path) -> tuple[Rows, Sequence[int]]:
    """Return the rows to replay, and their numbers in their file where some are left out.

    Raises BadHistory, BadParameter.
    """
    if not request.rows:
        return task.load(), ()
    if not request.target:
        raise BadHistory("target", request.target, f"the column of the labels in {request.rows}")
    file = Path(request.rows)
    if not isinstance(task.input, TableInput):
        return _inputs(file, request.target, task)
    if not file.is_file():
        raise BadHistory("rows", request.rows, "an existing CSV or Parquet file")
    reading = read_reading(request.task, root)
    written = {"decimal": request.decimal, "dates": request.dates}
    try:
        cells = read(file)
        found = rows_of(cells, task.input, task.output, request.target, reading=reading, **written)
    except BadParameter as error:
        if error.field not in ("FILE", "TIME"):  # as of `make task`, which has other variables
            raise
        raise BadHistory("rows", Described(error.value), error.expected) from error
    places = [place for place, label in enumerate(found.labels) if label is not None]
    for doubt in found.doubts:
        print(f"  - {doubt}", file=sys.stderr)
    _say_left(len(found.labels) - len(places), "without a label")
    instances = [found.instances[place] for place in places]
    labels = [task.output.read_label(found.labels[place] or "") for place in places]
    return Rows(task.input.to_arrow(instances), list(labels)), [place + 1 for place in places]


def _inputs(file: Path, target: str, task: Task) -> tuple[Rows, Sequence[int]]:
    """Return the rows of a file of texts or images, and their numbers in it.

    Raises BadHistory, BadParameter.
    """
    columns = ", ".join(task.input.arrow_schema().names)
    if file.suffix != ".parquet" or not file.is_file():
        expected = f"a Parquet file with the columns {columns} and {target}"
        raise BadHistory("rows", str(file), expected)
    found = read_rows(file, task.input, label=target)
    known = np.ones(len(found.labels), np.bool_)
    for name in set(task.input.arrow_schema().names) & set(found.table.column_names):
        known &= found.table[name].is_valid().to_numpy()
    labelled = np.array([label is not None for label in found.labels], np.bool_)
    _say_left(int((~labelled).sum()), "without a label")
    _say_left(int((labelled & ~known).sum()), f"without {columns}")
    places = np.flatnonzero(known & labelled)
    labels = [found.labels[place] for place in places.tolist()]
    return Rows(found.table.take(from_numpy(places)), labels), (places + 1).tolist()


def _say_left(many: int, lacking: str) -> None:
    if many:
        print(f"  - {plural(many, 'row')} {lacking}: left out", file=sys.stderr)
