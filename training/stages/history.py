"""The figures per epoch of a training: kept for the report, and handed to DVCLive as they come."""

import csv
from pathlib import Path
from typing import Protocol

CURVES = ("accuracy", "loss", "val_accuracy", "val_loss")


class Live(Protocol):
    """What is used of DVCLive."""

    def log_metric(self, name: str, value: float) -> None:
        """Take one figure of this epoch."""

    def next_step(self) -> None:
        """End the epoch."""

    def end(self) -> None:
        """Write what is left."""


class History:
    """Figures per epoch: kept for the report, and handed to DVCLive as they come."""

    def __init__(self, file: Path, epochs: int, live: Live) -> None:
        self._file = file
        self._epochs = epochs
        self._rows: list[dict[str, float]] = []
        self._live = live

    def log(self, figures: dict[str, float]) -> None:
        """Record one epoch and say where training is."""
        row = {name: round(float(figures[name]), 6) for name in CURVES}
        self._rows.append(row)
        for name, value in row.items():
            self._live.log_metric(name, value)
        self._live.next_step()
        print(
            f"epoch {len(self._rows)}/{self._epochs}: accuracy {row['accuracy']:.3f}, "
            f"validation {row['val_accuracy']:.3f}",
            flush=True,
        )

    def close(self) -> None:
        """Write history.csv."""
        self._live.end()
        with self._file.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("epoch", *CURVES))
            for epoch, row in enumerate(self._rows, start=1):
                writer.writerow((epoch, *row.values()))
