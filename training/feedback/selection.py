"""Selects the new rows, without repeats, contradictions and values that the task rules out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow

from perennial.kinds.input_kind import InputKind
from training.feedback.rows import LabelledRows

NAMED = 3  # unreadable predictions in a message


@dataclass(frozen=True)
class CollectedBefore:
    """What was collected before: prediction ids, and labels by `observation_keys`."""

    predictions: frozenset[str] = frozenset()
    labels: dict[int | str, str] = field(default_factory=dict)


def observation_keys(
    kind: InputKind, inputs: pyarrow.Table, prediction_ids: list[str]
) -> Sequence[int | str]:
    """Return what tells observations apart: predictions where equal rows are data, else inputs."""
    return prediction_ids if kind.repeats else kind.identities(inputs).tolist()


@dataclass(frozen=True)
class NewRows:
    """New rows, one per observation, and how many rows were excluded for each reason."""

    rows: LabelledRows
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
            f"{self.contradicting_inputs} inputs{outside}{self._unreadable}"
        )

    @property
    def _unreadable(self) -> str:
        named = self.rows.unreadable
        if not named:
            return ""
        more = f"; … ({len(named) - NAMED} more)" if len(named) > NAMED else ""
        return f", {len(named)} unreadable ({'; '.join(named[:NAMED])}{more})"


def select_new(rows: LabelledRows, before: CollectedBefore, *, kind: InputKind) -> NewRows:
    """Keep the first row of each new observation, unless its labels contradict each other.

    What an observation is, the kind says: each prediction, where equal rows are data; else each
    input, so that one which is sent again counts once. An observation whose label contradicts the
    one collected before counts as contradicting too.
    Clients may send values that the kind's rules for training exclude; such rows are counted.
    """
    good = np.ones(len(rows), np.bool_)
    for check in kind.checks(rows.inputs):
        good &= ~check.bad
    keys = observation_keys(kind, rows.inputs, rows.prediction_ids)
    by_key: defaultdict[int | str, list[int]] = defaultdict(list)
    collected = outside = 0
    for at, prediction in enumerate(rows.prediction_ids):
        if prediction in before.predictions:
            collected += 1
        elif not good[at]:
            outside += 1
        else:
            by_key[keys[at]].append(at)
    kept: list[int] = []
    contradicting = inputs = repeated = 0
    for key, same in by_key.items():
        labels = {rows.labels[at] for at in same}
        known = before.labels.get(key)
        if len(labels | ({known} if known is not None else set())) > 1:
            contradicting += len(same)
            inputs += 1
        elif known is not None:
            collected += len(same)
        else:
            kept.append(same[0])
            repeated += len(same) - 1
    read = len(rows) + len(rows.unreadable)
    return NewRows(rows.where(kept), read, collected, repeated, contradicting, inputs, outside)
