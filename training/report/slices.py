"""Section 6: where the model is better and where worse: by source, by age, by label."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training import plots
from training.comparison import Bools
from training.gate import p_value
from training.markdown import code, folded, image, interval, signed, table
from training.plots.slices import Line
from training.prepare import BASE
from training.report.source import Source
from training.statistics import holm, mcnemar, small_paired_interval, wilson

SMALL = 30
MOST_DRAWN = 20
MOST_NAMED = 5


@dataclass(frozen=True)
class Slice:
    """Part of the rows; without a champion `low` and `high` bound the accuracy itself.

    main, here: accuracies.  low, high: of their difference.  p: corrected; None on few rows.
    """

    name: str
    rows: int
    main: float | None
    here: float
    low: float
    high: float
    p: float | None

    @property
    def small(self) -> bool:
        """Whether it has too few rows to conclude anything from."""
        return self.rows < SMALL

    @property
    def change(self) -> float:
        """How much more is right than with main's model; the accuracy without one."""
        return self.here - (self.main or 0)


def section(source: Source, out: Path) -> list[str]:
    """Return accuracy on every slice, drawn and in tables."""
    if not len(source.rows.labels):
        return []
    by_source, by_label = parts(source)
    found = measured(source, {**by_source, **by_label})
    first, rest = found[: len(by_source)], found[len(by_source) :]
    _draw(source, first, rest, out / "slices.png")
    about = "Accuracy per slice, with intervals"
    blocks = ["## Slices", _summary(source, found), image(about, "slices.png")]
    blocks.append(_table(source, "slice", first))
    labels = _table(source, "true label", rest)
    return [*blocks, folded(f"Accuracy of all {len(rest)} labels", labels)]


def parts(source: Source) -> tuple[dict[str, Bools], dict[str, Bools]]:
    """Return which rows are in each slice: those by age and source, those by true label.

    A slice that has the rows of another under a second name is left out.
    """
    sources, fresh = source.rows.source, source.fresh
    ages = {"fresh (drifted) rows": fresh, "old rows": ~fresh}
    found = dict(ages) if fresh.any() and not fresh.all() else {"all rows": fresh | True}
    for name in sorted(set(sources.tolist()), key=lambda name: (name != BASE, name)):
        chosen = np.asarray(sources == name)
        same = [key for key, rows in found.items() if (rows == chosen).all()]
        shown = "base" if name == BASE else f"incident {name}"
        for key in same:
            found[f"{key}: {shown}"] = found.pop(key)
        if not same:
            found[shown] = chosen
    labels = source.rows.labels
    every = {f"label {label}": labels == i for i, label in enumerate(source.labels)}
    return found, {name: rows for name, rows in every.items() if rows.any()}


def measured(source: Source, groups: dict[str, Bools]) -> list[Slice]:
    """Return each slice's figures; p-values are corrected for all slices that have enough rows."""
    old = source.right_before
    tests: dict[str, float] = {}
    if old is not None:
        enough = {name: rows for name, rows in groups.items() if rows.sum() >= SMALL}
        raw = [mcnemar(old[rows], source.right[rows]) for rows in enough.values()]
        tests = dict(zip(enough, holm(raw), strict=True))
    level = 1 - source.numbers.gate.level
    found = []
    for name, rows in groups.items():
        new = source.right[rows]
        if old is None:
            main, bounds = None, wilson(int(new.sum()), len(new), level)
        else:
            main = float(old[rows].mean())
            bounds = small_paired_interval(old[rows], new, level=level)
        found.append(Slice(name, len(new), main, float(new.mean()), *bounds, tests.get(name)))
    return found


def _summary(source: Source, found: Sequence[Slice]) -> str:
    """Return which slices differ, and how they were tested."""
    small = sum(part.small for part in found)
    few = f" {small} of the slices have under {SMALL} rows: too few to conclude from." * (small > 0)
    if source.old is None:
        return f"Accuracy of {len(found)} slices, with {_level(source)} intervals.{few}"
    level = source.numbers.gate.level
    marked = [code(part.name) for part in found if part.p is not None and part.p < level]
    tested = sum(part.p is not None for part in found)
    more = f" and {len(marked) - MOST_NAMED} more" * (len(marked) > MOST_NAMED)
    word = "No slice differs significantly"
    if marked:
        word = f"Significantly different: {', '.join(marked[:MOST_NAMED])}{more}"
    return (
        f"{word}: exact McNemar tests at {level:.0%}, corrected for the {tested} slices tested "
        f"(Holm); intervals (Agresti and Min) are not.{few}"
    )


def _level(source: Source) -> str:
    return f"{1 - source.numbers.gate.level:.0%}"


def _table(source: Source, what: str, found: Sequence[Slice]) -> str:
    rows = [_row(source, part) for part in found]
    if source.old is None:
        return table([what, "rows", "accuracy", f"{_level(source)} interval"], rows, numbers=3)
    head = [what, "rows", "main", "here", "difference", f"{_level(source)} interval"]
    return table([*head, "significant"], rows, numbers=6)


def _row(source: Source, part: Slice) -> list[object]:
    count = f"{part.rows:,}" + (" (few)" if part.small else "")
    if part.main is None:
        bounds = f"{part.low:.4f} to {part.high:.4f}"
        return [code(part.name), count, f"{part.here:.4f}", bounds]
    word = "too few rows"
    if part.p is not None:
        better = "better" if part.change > 0 else "worse"
        yes = part.p < source.numbers.gate.level
        word = f"{f'**yes, {better}**' if yes else 'no'}, {p_value(part.p)}"
    values = [f"{part.main:.4f}", f"{part.here:.4f}", signed(part.change)]
    return [code(part.name), count, *values, interval(part.low, part.high), word]


def _draw(source: Source, first: Sequence[Slice], rest: Sequence[Slice], file: Path) -> None:
    """Draw the sources, and the labels that may have lost most."""
    room = max(0, MOST_DRAWN - len(first))
    worst = {part.name for part in sorted(rest, key=lambda part: part.low)[:room]}
    shown = [*first[:MOST_DRAWN], *(part for part in rest if part.name in worst)]
    factor = 100.0 if source.old is not None else 1.0
    lines = [
        Line(
            f"{part.name} ({part.rows:,}{', few' if part.small else ''})",
            part.change * factor,
            part.low * factor,
            part.high * factor,
            part.small,
        )
        for part in shown
    ]
    unit = "change of accuracy against main (percentage points)"
    unit = unit if source.old is not None else "accuracy (share of rows)"
    plots.slices(file, lines, unit=unit, zero=source.old is not None)
