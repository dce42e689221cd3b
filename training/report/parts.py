"""Slices of the test rows, and the score of both models on each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from perennial.statistics.counts import Bools
from perennial.statistics.holm import holm
from training.artifacts.splits import BASE
from training.report.report_inputs import ReportInputs
from training.report.row_columns import RowColumns

SMALL = 30
MOST_CATEGORIES = 10


@dataclass(frozen=True)
class Slice:
    """A part of the rows; without a champion `low` and `high` bound the score itself.

    main, here: scores.  low, high: of their difference.  p: corrected; None on few rows.
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
        """Whether it has too few rows for any conclusion."""
        return self.rows < SMALL

    @property
    def change(self) -> float:
        """The score minus main's; without a champion the score itself."""
        return self.here - (self.main or 0)

    @property
    def count(self) -> str:
        """Its number of rows, marked if there are few."""
        return f"{self.rows:,}{', few' if self.small else ''}"


def by_origin(inputs: ReportInputs) -> dict[str, Bools]:
    """Return the rows by age, fresh (of the latest incident, where drift was seen) or old, and by
    data source. Two names for the same rows are joined.
    """
    sources, fresh = inputs.rows.source, inputs.fresh
    found = {"fresh rows": fresh, "old rows": ~fresh}
    if not fresh.any() or fresh.all():
        found = {"all rows": np.ones(len(sources), dtype=np.bool_)}
    for name in sorted(set(sources.tolist()), key=lambda name: (name != BASE, name)):
        chosen = np.asarray(sources == name)
        shown = "base" if name == BASE else f"incident {name}"
        same = next((key for key, rows in found.items() if (rows == chosen).all()), None)
        if same is None:
            found[shown] = chosen
        else:
            renamed = f"{same}: {shown}"
            found = {renamed if key == same else key: rows for key, rows in found.items()}
    return found


def by_label(inputs: ReportInputs) -> dict[str, Bools]:
    """Return the rows of each true label that has any."""
    labels = inputs.rows.labels
    return {name: labels == i for i, name in enumerate(inputs.labels) if (labels == i).any()}


def by_category(inputs: ReportInputs) -> dict[str, Bools]:
    """Return the rows of each category of the input's columns, of the ten with the most rows."""
    of = RowColumns.of(inputs)
    found = {
        f"{name} {category}": np.asarray(of.columns[name] == place)
        for name, categories in of.categories.items()
        for place, category in enumerate(categories)
    }
    most = sorted(
        (name for name in found if found[name].any()), key=lambda name: -found[name].sum()
    )
    return {name: found[name] for name in most[:MOST_CATEGORIES]}


def score_by_slice(inputs: ReportInputs, *groups: Mapping[str, Bools]) -> list[list[Slice]]:
    """Return each group's slices; p-values are corrected over all slices with enough rows."""
    every = [rows for group in groups for rows in group.values()]
    old, corrected = inputs.losses_before, dict[int, float]()
    if old is not None:
        tested = [i for i, rows in enumerate(every) if rows.sum() >= SMALL]
        test = inputs.output.loss_test
        raw = [test.p_value(old[every[i]], inputs.losses[every[i]]) for i in tested]
        corrected = dict(zip(tested, holm(raw), strict=True))
    found: list[list[Slice]] = []
    number = 0
    for group in groups:
        found.append([])
        for name, rows in group.items():
            found[-1].append(_slice(inputs, name, rows, corrected.get(number)))
            number += 1
    return found


def _slice(inputs: ReportInputs, name: str, rows: Bools, p: float | None) -> Slice:
    test, new, level = inputs.output.loss_test, inputs.losses[rows], 1 - inputs.numbers.gate.level
    if inputs.losses_before is None:
        return Slice(name, len(new), None, test.score(new), *test.bounds(new, level=level), p)
    old = inputs.losses_before[rows]
    bounds = test.few_bounds(old, new, level=level)
    return Slice(name, len(new), test.score(old), test.score(new), *bounds, p)
