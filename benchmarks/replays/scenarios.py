"""The replays of a history: one for each seed."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from backtest import made
from backtest.errors import BadHistory
from backtest.history import arranged
from backtest.made import TASKS, Request
from backtest.scenario import Scenario
from benchmarks.replays.histories import Named


def check_rows(histories: Iterable[Named]) -> None:
    """Raise BadHistory, before anything is replayed, where a history's task has no rows here."""
    for task in dict.fromkeys(named.task for named in histories):
        if task not in TASKS:
            raise BadHistory("histories", task, f"its rows, which 'make data TASK={task}' gets")


def scenarios(named: Named, seeds: int, out: Path) -> list[Scenario]:
    """Return a replay for each seed; each begins some rows later than the one before."""
    task, found = TASKS[named.task], []
    for seed in range(seeds):
        request = Request(task=named.task, rate=named.rate, late=named.late, start=named.start)
        history = arranged(task, named.rows(seed), rate=named.rate, late=named.late)
        if named.sent is not None:
            history = replace(history, sent=named.sent(seed))
        first = made.scenario(request, task, history, out, root=Path())
        later = named.start + seed * request.horizon // seeds
        found.append(made.started(first, later, root=Path()))
    return found
