"""Records the figures of each epoch, or after some trees, for report, log and tracker."""

import csv
from collections.abc import Mapping
from pathlib import Path

from training.model.figures import TREES, figures
from training.trackers.tracker import Tracker


class EpochLog:
    """Keeps the figures of each epoch, prints them and passes them to the tracker."""

    def __init__(self, file: Path, tracker: Tracker, headline: str) -> None:
        self._file = file
        self._headline, self._names = headline, figures(headline)
        self._rows: list[dict[str, float]] = []
        self._tracker = tracker

    def log(self, figures: Mapping[str, float], *, epochs: int | None = None) -> None:
        """Record figures and print them; epochs: as a model says it, see Log."""
        row: dict[str, float] = {TREES: int(figures[TREES])} if TREES in figures else {}
        row |= {name: round(float(figures[name]), 6) for name in self._names}
        self._rows.append(row)
        step = len(self._rows)
        self._tracker.log(row, step=step)
        count = f"epoch {step}/{epochs}: " if epochs else ""
        count = f"{row[TREES]} trees: " if TREES in row else count
        here, there = row[self._headline], row[f"val_{self._headline}"]
        print(f"{count}{self._headline} {here:.3f}, validation {there:.3f}", flush=True)

    def write(self) -> None:
        """Write history.csv."""
        with self._file.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("epoch", *self._rows[0]))
            for epoch, row in enumerate(self._rows, start=1):
                writer.writerow((epoch, *row.values()))
