"""Count false alerts over simulated months: `python -m benchmarks.false_alarms`."""

import argparse
import math
import os
import sys
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import results
from benchmarks.drift import columns, models
from benchmarks.drift.data import LOADERS, DataMissing
from benchmarks.drift.frame import Frame
from benchmarks.drift.tasks import REFERENCE_ROWS
from benchmarks.false_alarms.month import Population, simulate
from benchmarks.false_alarms.results_page import Cell, shown
from benchmarks.false_alarms.traffic import BOTH, DAILY, STEADY, WEEKLY
from benchmarks.results import Figures
from monitoring.thresholds import Thresholds

COMMAND = "python -m benchmarks.false_alarms"
RATES = (1, 30, 1_000)
# Rows of each population; more would take longer without changing the result.
ROWS = 5_000
# With a daily rhythm, nine in ten requests come from one half of the classes (or from the smaller
# amounts) by day, the other by night; with a weekly one, the same on working days and weekends.
SWING = 0.8
# How often a row comes before another does, where rows follow each other.
RUN = 10
# Kinds of traffic: how far it swings, in which rhythm, and how often a row comes.
TRAFFIC = {
    "steady": (0.0, STEADY, 1),
    "daily": (SWING, DAILY, 1),
    "weekly": (1.0, WEEKLY, 1),
    "daily and weekly": (1.0, BOTH, 1),
    "rows follow each other": (0.0, STEADY, RUN),
    "daily, rows follow each other": (SWING, DAILY, RUN),
}


@dataclass(frozen=True)
class Month:
    """The parameters of one simulation."""

    task: str
    traffic: str
    rate: int
    seed: int


@cache
def answered(task: str, data: Path) -> tuple[Frame, NDArray[np.bool_]]:
    """Return a task's rows with its model's predictions, and which are on the lower side.

    Raises DataMissing.
    """
    random = np.random.default_rng(zlib.crc32(task.encode()))
    rows = LOADERS[task](data, random)
    predict = models.fit(rows, seed=1)
    inputs, labels = rows.population[:ROWS], rows.labels[:ROWS]
    values, extracted = predict(inputs), columns.extraction(rows)
    frame = columns.frame(extracted, inputs, labels, values, rows.output)
    return frame, labels < rows.middle


def population(task: str, traffic: str, data: Path) -> Population:
    """Return a task's rows as they come in this traffic. Raises DataMissing."""
    frame, lower = answered(task, data)
    swing, rhythm, run = TRAFFIC[traffic]
    sides = np.where(lower, swing, -swing)
    return Population(frame, sides, REFERENCE_ROWS[task], rhythm, run)


def run(month: Month, data: Path) -> dict[str, int]:
    """Simulate one month."""
    seed = [zlib.crc32(f"{month.task} {month.traffic}".encode()), month.rate, month.seed]
    people = population(month.task, month.traffic, data)
    return simulate(people, month.rate, Thresholds(), np.random.default_rng(seed))


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, write the figures and the page; return 1 if the claim does not hold."""
    options = _options(arguments)
    months = [
        Month(task, traffic, rate, seed)
        for seed in range(options.months)
        for rate in options.rates
        for task in options.tasks
        for traffic in options.traffic
    ]
    try:
        cells = _simulate(months, options)
    except DataMissing as error:
        print(error, file=sys.stderr)
        return 2
    results.merge("false_alarms", _figures(cells), path=options.out)
    pooled = [_pooled(cells, traffic) for traffic in options.traffic]
    if options.page is not None:
        results.fill(options.page, {"false_alarms": shown(pooled)}, command=COMMAND)
    held = all(cell.high <= 1 for cell in pooled)
    print(shown([*cells, *pooled]))
    print(f"\nat most one false alert a month and model, with 95 % confidence: {held}")
    return 0 if held else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.false_alarms", description=__doc__)
    parser.add_argument(
        "--months", type=int, default=3, help="of each task, traffic and rate (default 3)"
    )
    parser.add_argument(
        "--rates", type=int, nargs="+", default=list(RATES), help="requests a minute"
    )
    parser.add_argument(
        "--tasks", nargs="+", choices=LOADERS, default=list(LOADERS), help="(default: all)"
    )
    parser.add_argument(
        "--traffic", nargs="+", choices=TRAFFIC, default=list(TRAFFIC), help="(default: every kind)"
    )
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="to stop after, with what is done by then"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="(default: cores)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("PERENNIAL_DATA", "../shared/data")),
        help="folder with the data (default: PERENNIAL_DATA, or ../shared/data)",
    )
    parser.add_argument(
        "--page", type=Path, help="Markdown with a place for the table (default: none)"
    )
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    return parser.parse_args(arguments)


def _simulate(months: Sequence[Month], options: argparse.Namespace) -> list[Cell]:
    found: dict[tuple[str, str, int], list[dict[str, int]]] = {}
    started = time.monotonic()
    with ProcessPoolExecutor(options.processes) as pool:
        jobs = {pool.submit(run, month, options.data): month for month in months}
        for done, job in enumerate(as_completed(jobs), start=1):
            month = jobs[job]
            found.setdefault((month.task, month.traffic, month.rate), []).append(job.result())
            spent = time.monotonic() - started
            rest = spent / done * (len(months) - done)
            text = f"month {done}/{len(months)}, {rest / 60:.0f} min left"
            print(f"\r{text}  ", end="", file=sys.stderr, flush=True)
            if spent > 60 * options.minutes:
                pool.shutdown(wait=False, cancel_futures=True)
                break
    print(file=sys.stderr)
    return [
        Cell(*key, len(each), {name: sum(one[name] for one in each) for name in each[0]})
        for key, each in sorted(found.items())
    ]


def _pooled(cells: Sequence[Cell], traffic: str) -> Cell:
    """Return all months of one kind of traffic."""
    these = [cell for cell in cells if cell.traffic == traffic]
    names = dict.fromkeys(name for cell in these for name in cell.alerts)
    alerts = {name: sum(cell.alerts.get(name, 0) for cell in these) for name in names}
    return Cell("all", traffic, 0, sum(cell.months for cell in these), alerts)


def _figures(cells: Sequence[Cell]) -> Figures:
    return {
        f"{cell.task}, {cell.traffic}, {cell.rate} a minute": {
            "months": cell.months,
            "alerts": cell.total,
            "a_month_at_most": round(cell.high, 3),
            **{name: count for name, count in cell.alerts.items() if count},
        }
        for cell in cells
    }


if __name__ == "__main__":
    sys.exit(main())
