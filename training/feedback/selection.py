"""Selects the new rows, without repeats, contradictions and values that the task rules out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from perennial.digest import digest
from training.feedback.rows import TrainingRow
from training.tasks.schema import Schema
from training.validation.arrays import fits


@dataclass(frozen=True)
class CollectedBefore:
    """What was collected before: prediction ids, and the label of each input, by its digest."""

    predictions: frozenset[str] = frozenset()
    labels: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NewRows:
    """New rows, one per distinct input, and how many rows were excluded for each reason."""

    rows: tuple[TrainingRow, ...]
    read: int
    collected: int
    repeated: int
    contradicting: int
    contradicting_inputs: int
    outside: int = 0

    def __str__(self) -> str:
        outside = f", {self.outside} with values that the task rules out" if self.outside else ""
        return (
            f"{len(self.rows)} new of {self.read} labelled rows read: {self.collected} collected "
            f"before, {self.repeated} repeats, {self.contradicting} with contradicting labels for "
            f"{self.contradicting_inputs} inputs{outside}"
        )


def select_new(rows: Iterable[TrainingRow], before: CollectedBefore, *, schema: Schema) -> NewRows:
    """Keep the first row of each new input, unless its labels contradict each other.

    An input whose label contradicts the one collected before counts as contradicting too.
    Clients may send values that the schema rules out; such rows are excluded and counted.
    """
    by_input: defaultdict[int, list[TrainingRow]] = defaultdict(list)
    read = collected = outside = 0
    for row in rows:
        read += 1
        if row.prediction_id in before.predictions:
            collected += 1
        elif not fits(row.input[np.newaxis], schema)[0]:
            outside += 1
        else:
            by_input[digest(row.input)].append(row)
    kept: list[TrainingRow] = []
    contradicting = inputs = repeated = 0
    for key, same in by_input.items():
        labels = {row.label for row in same}
        known = before.labels.get(key)
        if len(labels | ({known} if known is not None else set())) > 1:
            contradicting += len(same)
            inputs += 1
        elif known is not None:
            collected += len(same)
        else:
            kept.append(same[0])
            repeated += len(same) - 1
    return NewRows(tuple(kept), read, collected, repeated, contradicting, inputs, outside)
