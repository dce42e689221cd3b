"""Chooses how far back in time a retrain learns from: what was true of old rows may be no longer.

Source: Klinkenberg and Joachims, Detecting concept drift with support vector machines, ICML 2000:
of windows that reach back from now, the one whose model errs least on the newest rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.adjustment import Adjustment
from perennial.kinds.output_kind import OutputKind
from perennial.statistics.counts import Bools, Floats
from training.artifacts.splits import Prepared, Split
from training.artifacts.time_order import is_past
from training.model.model import Fitted, Log

# How many times the rows of the next smaller window one has.
WIDER = 3
# Validation rows of the latest incident that choose; with fewer, all rows are learned from.
LEAST = 20


def windows(prepared: Prepared, output: OutputKind, *, most: int) -> list[Prepared]:
    """Return the rows of each window, for training and validation: of the widest, all, first.

    The narrowest has the latest incident's own rows. Each of the others has three times the rows of
    the one before, the latest in time. Validation rows are those that are as late: a model is
    stopped and calibrated on the world that it was trained on. A window in which a label is missing
    that other rows have is left out. Unless base rows have a time and are past, all rows teach: the
    gate then judges on old rows too, which a model of new ones alone would lose.
    most: how many windows; 1 is all rows alone.
    """
    rows, fresh = prepared.train, prepared.fresh or ""
    own = int((rows.source == fresh).sum())
    judges = int((prepared.validation.source == fresh).sum())
    if most == 1 or not own or judges < LEAST:
        return [prepared]
    if not is_past(rows + prepared.held_out, prepared.fresh):
        return [prepared]
    later = _recency(rows, fresh)
    newest = np.sort(later)[::-1]
    sizes = [own * WIDER**step for step in range(most - 1)]
    held, found = prepared.validation, [prepared]
    for size in reversed([size for size in sizes if size < len(later)]):
        since = newest[size - 1]
        train = rows.where(later >= since)
        if len(train.labels) < len(found[-1].train.labels) and _shows_labels(train, rows, output):
            validation = held.where(_recency(held, fresh) >= since)
            found.append(replace(prepared, train=train, validation=validation))
    return found


def _recency(rows: Split, fresh: str) -> NDArray[np.int64]:
    """Return a number for each row, higher for a later one; the incident's own are the latest."""
    assert rows.times is not None, "without times there are no windows"
    own: Bools = rows.source == fresh
    # A row without a time has the lowest number.
    return np.where(own, np.iinfo(np.int64).max, rows.times.astype(np.int64))


def _shows_labels(window: Split, rows: Split, output: OutputKind) -> bool:
    labels = [len(np.unique(each.labels)) for each in (window, rows)]
    return not output.labels or labels[0] == labels[1]


class Kept:
    """Keeps the figures of a fit, which are logged if its model is chosen."""

    def __init__(self) -> None:
        self._figures: list[tuple[Mapping[str, float], int | None]] = []

    def log(self, figures: Mapping[str, float], *, epochs: int | None = None) -> None:
        """Keep figures; see Log."""
        self._figures.append((figures, epochs))

    def tell(self, log: Log) -> None:
        """Log what was kept."""
        for figures, epochs in self._figures:
            log(figures, epochs=epochs)


@dataclass(frozen=True)
class Tried:
    """A model of a window.

    loss: the mean on the latest incident's validation rows; 0 where there was no other window.
    """

    fitted: Fitted
    window: Prepared
    loss: float = 0.0
    kept: Kept = field(default_factory=Kept)

    @property
    def rows(self) -> int:
        """How many it was trained on."""
        return len(self.window.train.labels)


def least_loss(
    windows: Sequence[Prepared], output: OutputKind, fit: Callable[[Prepared, Log], Fitted]
) -> list[Tried]:
    """Return a model of each window, the best first; of equal ones that of more rows.

    They are compared as they would be served: a sharp model of few rows is too sure of itself
    before it is calibrated.
    """
    held, fresh = windows[0].validation, windows[0].fresh or ""
    newest, tried = held.where(held.source == fresh), []
    for window in windows:
        kept = Kept()
        fitted = fit(window, kept.log)
        values = calibrated(fitted, window.validation, output).apply(as_served(fitted, newest))
        loss = float(_losses(as_float32(values), newest, output).mean())
        tried.append(Tried(fitted, window, loss, kept))
        print(f"{tried[-1].rows} latest rows: loss {loss:.4g} on {len(newest.labels)} newer ones")
    return sorted(tried, key=lambda one: one.loss)


def calibrated(fitted: Fitted, rows: Split, output: OutputKind) -> Adjustment:
    """Return what a bundle does to the answers of a model, by these validation rows."""
    return output.adjustment(as_served(fitted, rows), rows.labels)


def as_served(fitted: Fitted, rows: Split) -> Floats:
    """Return a model's answers as a bundle has them, before they are calibrated."""
    return as_float32(fitted.values(rows.inputs))


def as_float32(values: Floats) -> Floats:
    """Return values as a bundle has them, which is in float32: so are scores that it promises."""
    return values.astype(np.float32).astype(np.float64)


def _losses(values: Floats, rows: Split, output: OutputKind) -> Floats:
    surprises = output.surprises(values, rows.labels)
    return output.losses(values, rows.labels) if surprises is None else surprises
