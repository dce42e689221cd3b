"""Claim: what a model promises of rows in time order, it keeps if the future is like the past.

A model is trained on rows up to a moment and scored on its test rows: that is promised. Then it is
scored on the 2,000 rows that follow: that is kept. The same rows are split by their content, as if
they had no time, and in time order. Kept is inside if it is in the interval that was stated: by
content the one that takes rows for independent, in time order `next_low` to `next_high` of
metrics.json. Bikes and weather are real; of the generated series the future is known: what makes it
stays the same, or one of its causes turns round at the moment.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import results
from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.statistics import mean_loss, share_right
from perennial.statistics.loss_test import LossTest
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows
from training.artifacts.splits import BASE, Split
from training.params import Prepare
from training.stages.evaluate import intervals

NEXT = 2000
SHARES = Prepare(validation=0.1, test=0.25, fresh_validation=0.1, fresh_test=0.2)
COMMAND = "python -m benchmarks.promised"
START = np.datetime64("2000-01-01", "us")
Floats = NDArray[np.float64]
WAYS = ("by content", "in time order")
# Series whose future is like their past, and how often promises must be kept on these.
STEADY = ("weather", "generated")
LEAST = 0.8


@dataclass(frozen=True)
class Series:
    """Rows in time order: inputs of shape (rows, columns), and what is to be predicted."""

    inputs: Floats
    truths: NDArray[Any]
    classes: bool

    @property
    def loss_test(self) -> LossTest:
        """How losses are scored."""
        return share_right.TEST if self.classes else mean_loss.TEST


@dataclass(frozen=True)
class Promise:
    """The score promised with its interval, and the one kept."""

    promised: float
    low: float
    high: float
    kept: float

    @property
    def inside(self) -> bool:
        """Whether what was kept is in the interval."""
        return self.low <= self.kept <= self.high


def bikes(folder: Path, origins: int) -> list[tuple[Series, int]]:
    """Return hourly rentals of two years, up to each of so many moments."""
    lines = _lines(folder / "bikes" / "hour.csv")
    names = [name for name in lines[0] if name not in ("instant", "dteday", "casual", "registered")]
    table = np.array([[float(line[name]) for name in names] for line in lines])
    return _moments(Series(table[:, :-1], table[:, -1], classes=False), origins)


def weather(folder: Path, origins: int) -> list[tuple[Series, int]]:
    """Return days of half a century with or without rain, up to each of so many moments."""
    lines = _lines(folder / "weather" / "weather.csv")
    table = np.array([[float(value) for value in line.values()] for line in lines])
    return _moments(Series(table[:, :-1], table[:, -1].astype(np.int64), classes=True), origins)


def generated(folder: Path, origins: int, *, turns: bool = False) -> list[tuple[Series, int]]:
    """Return as many series, each of hours with slow causes and errors that last.

    turns: whether a cause has the opposite effect from the moment on.
    """
    found = []
    for seed in range(origins):
        random, rows = np.random.default_rng(seed), 8000 + NEXT
        causes = np.stack([_slow(random, rows, 0.98) for _ in range(3)], axis=1)
        hour = np.arange(rows) % 24
        sign = np.where((np.arange(rows) >= rows - NEXT) & turns, -1, 1)
        truths = 10 + 3 * np.sin(hour / 24 * 2 * np.pi) + 2 * sign * causes[:, 0] + causes[:, 1]
        truths += 2 * _slow(random, rows, 0.95)
        inputs = np.column_stack([causes, hour])
        found.append((Series(inputs, truths, classes=False), rows - NEXT))
    return found


SERIES: dict[str, Callable[[Path, int], list[tuple[Series, int]]]] = {
    "bikes": bikes,
    "weather": weather,
    "generated": generated,
    "generated, a cause turns round": lambda folder, origins: generated(
        folder, origins, turns=True
    ),
}


def _slow(random: np.random.Generator, rows: int, memory: float) -> Floats:
    """Return an autoregressive series of variance 1."""
    steps = random.normal(size=rows) * np.sqrt(1 - memory**2)
    found = np.empty(rows)
    value = random.normal()
    for row, step in enumerate(steps):
        value = memory * value + step
        found[row] = value
    return found


def _lines(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def _moments(series: Series, origins: int) -> list[tuple[Series, int]]:
    """Return the series with moments from 40 % of its rows to 2,000 before its end."""
    last = len(series.truths) - NEXT
    moments = np.linspace(0.4 * len(series.truths), last, origins)
    return [(series, int(moment)) for moment in moments]


def promise(series: Series, moment: int, *, by_time: bool) -> Promise:
    """Train on the rows before a moment; return what that promises and what the next rows keep."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    columns = [NumberColumn(name=f"x{at}") for at in range(series.inputs.shape[1])]
    kind = TableInput(columns=tuple(columns) + (TimeColumn(name="time"),) * by_time)
    rows = _split(kind, series, slice(0, moment))
    nothing = FeedbackRows(rows.where(np.zeros(moment, np.bool_)), None, np.empty(0, np.int64))
    prepared = arrange(rows, nothing, SHARES)
    learner = HistGradientBoostingClassifier if series.classes else HistGradientBoostingRegressor
    model = learner(max_iter=80, random_state=0)
    model.fit(prepared.train.inputs, prepared.train.labels)

    def losses(part: Split) -> Floats:
        found = model.predict(part.inputs)
        off = found != part.labels if series.classes else np.abs(found - part.labels)
        return np.asarray(off, np.float64)

    lost, test = losses(prepared.test), series.loss_test
    ends = intervals(test, lost, prepared.test.times)
    low, high = (ends[f"next_{end}" if by_time else end] for end in ("low", "high"))
    kept = losses(_split(kind, series, slice(moment, moment + NEXT)))
    return Promise(test.score(lost), low, high, test.score(kept))


def _split(kind: TableInput, series: Series, chosen: slice) -> Split:
    """Return rows of a series, an hour apart if the kind has a time."""
    import pyarrow

    inputs, labels = series.inputs[chosen], series.truths[chosen]
    arrays = [pyarrow.array(column) for column in inputs.T]
    if kind.time:
        hours = np.arange(len(series.truths))[chosen].astype("timedelta64[h]")
        column = pyarrow.array((START + hours).astype("datetime64[us]"))
        arrays.append(column.cast(kind.arrow_schema().field(kind.time).type))
    table = pyarrow.table(arrays, schema=kind.arrow_schema())
    return Split(kind, table, labels, np.full(len(labels), BASE))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures, print the table; return 1 if the claim does not hold."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    folder = Path(os.environ.get("PERENNIAL_DATA", "../shared/data"))
    parser.add_argument(
        "--data", type=Path, default=folder, help="default: PERENNIAL_DATA, or ../shared/data"
    )
    parser.add_argument("--origins", type=int, default=12, help="moments of a series (default 12)")
    parser.add_argument("--page", type=Path, help="Markdown page to write the table into")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    options = parser.parse_args(arguments)
    # Before scikit-learn is imported: its threads wait for each other where there is other work.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    figures, rows = dict[str, dict[str, float]](), list[list[results.Figure]]()
    for name, make in SERIES.items():
        made = make(options.data, options.origins)
        for way in WAYS:
            found = [promise(*each, by_time=way == WAYS[1]) for each in made]
            figures[f"{name}, {way}"] = row = summary(found)
            what = "accuracy" if made[0][0].classes else "mean error"
            rows.append([name, what, way, *_shown(row)])
            print(f"{name}, {way}: {row}", file=sys.stderr)
    results.merge("promised", figures, path=options.out)
    header = ["series", "score", "split", "promised", "kept", "off on average", "inside"]
    table = results.table(header, rows)
    print(table)
    if options.page:
        results.fill(options.page, {"promised": table}, command=COMMAND)
    held = min(figures[f"{name}, {WAYS[1]}"]["inside"] for name in STEADY)
    print(f"\nin time order at least {held:.0%} are inside on {STEADY}; the claim is {LEAST:.0%}")
    return 0 if held >= LEAST else 1


def summary(found: Sequence[Promise]) -> dict[str, float]:
    """Return means over the moments, and the share of them that were kept.

    >>> summary([Promise(0.9, 0.88, 0.92, 0.8), Promise(0.8, 0.7, 0.9, 0.8)])["inside"]
    0.5
    """
    return {
        "promised": round(float(np.mean([one.promised for one in found])), 4),
        "kept": round(float(np.mean([one.kept for one in found])), 4),
        "off": round(float(np.mean([abs(one.kept - one.promised) for one in found])), 4),
        "reach": round(float(np.mean([(one.high - one.low) / 2 for one in found])), 4),
        "inside": round(float(np.mean([one.inside for one in found])), 4),
        "moments": len(found),
    }


def _shown(row: dict[str, float]) -> list[results.Figure]:
    scores = [f"{row[name]:.3g}" for name in ("promised", "kept", "off")]
    return [*scores, f"{row['inside'] * row['moments']:.0f} of {row['moments']}"]


if __name__ == "__main__":
    sys.exit(main())
