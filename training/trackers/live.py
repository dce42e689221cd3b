"""Records a sample of live predictions: `python -m training.trackers.live --task digits <LOG`.

Reads the service's log as it grows, such as from `journalctl -f -o cat`, and sends the lines that
PERENNIAL_SAMPLE_SECONDS made to the trackers that TRACKERS lists, as runs of their own.
"""

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from training.command_line import name_parser, run
from training.trackers.choose import chosen, wait_of
from training.trackers.sender import Command, send_command
from training.trackers.spooled import SpooledRun

FOLDER, TABLE = "var/live", "predictions.csv"
COLUMNS = ("timestamp", "route", "model_version", "label", "value", "confidence", "milliseconds")
FIGURES = ("confidence", "value", "milliseconds")
# Predictions of one run, after which another begins; and those after which its table is sent.
MOST, OFTEN = 5000, 100


def sampled(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the sampled predictions of a log, whatever else is in it.

    >>> list(sampled(['{"event": "prediction", "label": "3"}', '{"event": "request"}', "no JSON"]))
    [{'event': 'prediction', 'label': '3'}]
    """
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("event") == "prediction":
            yield entry


def record(entries: Iterable[Mapping[str, Any]], tracked: SpooledRun, table: Path) -> None:
    """Record predictions as the steps of a run: figures, and a table with the words too."""
    with table.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        lines.writeheader()
        for step, entry in enumerate(entries, start=1):
            tracked.log({name: entry[name] for name in FIGURES if name in entry}, step=step)
            lines.writerow(entry)
            if step % OFTEN == 0:
                file.flush()
                tracked.file(table)
    tracked.file(table)
    tracked.end()


def main(
    arguments: list[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    lines: Iterable[str] = sys.stdin,
    folder: Path = Path(FOLDER),
    command: Command = send_command,
) -> None:
    """Record the predictions of a log until it ends."""
    task = name_parser(__doc__).parse_args(arguments).task
    trackers, wait = chosen(environment), wait_of(environment)
    entries = iter(sampled(lines))
    for first in entries:
        here = folder / task
        tracked = SpooledRun(
            here, trackers, task=f"{task}-live", parameters={}, links={}, command=command
        )
        here.mkdir(parents=True, exist_ok=True)
        some = (entry for part in ([first], islice(entries, MOST - 1)) for entry in part)
        record(some, tracked, here / TABLE)
        tracked.finish(wait=wait)


if __name__ == "__main__":
    sys.exit(run(main))
