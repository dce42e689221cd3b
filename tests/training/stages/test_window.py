"""A retrain learns from the rows that are like the newest ones, however far back those reach."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered, good
from tests.training.fake_tracker import FakeTracker
from tests.training.machines import FakeMachine
from training.artifacts.files import read_json
from training.artifacts.splits import BEFORE, Prepared, Split
from training.model import found
from training.model.model import Fitted
from training.stages.train import train
from training.stages.window import least_loss, windows

TIMED = TableInput(columns=(TimeColumn(name="time"), NumberColumn(name="a")))
TIMELESS = TableInput(columns=(NumberColumn(name="a"),))
OUTPUT = ClassesOutput(labels=("no", "yes"))
HOURS = np.datetime64("2026-01-01", "us")
FRESH = "c5e65600f4f0"


def _rows(hours: range, source: str, kind: TableInput = TIMED, *, turned: bool = False) -> Split:
    """Return a row an hour, which is `yes` where its number is over 0; the reverse if turned."""
    numbers = np.random.default_rng([hours.start, len(source)]).normal(size=len(hours))
    times = [f"{HOURS + np.timedelta64(hour, 'h')}Z" for hour in hours]
    cells = [
        [number] if kind is TIMELESS else [time, number]
        for time, number in zip(times, numbers.tolist())
    ]
    labels = ((numbers > 0) != turned).astype(np.int64)
    return Split(kind, kind.to_arrow(cells), labels, np.full(len(hours), source))


def _prepared(kind: TableInput = TIMED, *, validation: int = 20, turned: int = 1000) -> Prepared:
    """Return 1,000 base rows, 300 from just before an incident, 100 of it.

    validation: rows of the incident.  turned: the hour from which the meaning is reversed.
    """
    base, near = _rows(range(1000), "base", kind), _rows(
        range(1000, 1300), FRESH + BEFORE, kind, turned=turned <= 1000
    )
    own = _rows(range(1300, 1400), FRESH, kind, turned=turned <= 1300)
    newest = _rows(range(1400, 1400 + validation), FRESH, kind, turned=turned <= 1400)
    return Prepared(base + near + own, newest, newest, FRESH)


def _sizes(prepared: Prepared, most: int) -> list[int]:
    return [len(window.train.labels) for window in windows(prepared, OUTPUT, most=most)]


@pytest.mark.parametrize(("most", "sizes"), [(1, []), (2, [100]), (5, [900, 300, 100])])
def test_each_window_has_three_times_the_rows_of_the_one_within(
    most: int, sizes: list[int]
) -> None:
    """The widest is all rows; as many others as there may be, from the incident's own on."""
    assert _sizes(_prepared(), most) == [1400, *sizes]


def test_a_window_holds_the_latest_rows() -> None:
    """By the rows' own times, whatever their order."""
    prepared = _prepared()
    mixed = prepared.train.where(np.random.default_rng(1).permutation(1400))
    *_, third, _ = windows(replace(prepared, train=mixed), OUTPUT, most=5)
    assert third.train.times is not None
    assert third.train.times.min() == HOURS + np.timedelta64(1100, "h")


def test_a_row_without_a_time_is_an_old_one() -> None:
    """Nobody knows that it is one of the latest; an incident's own rows are, with or without."""
    prepared = _prepared()
    times = prepared.train.times
    assert times is not None
    unknown = np.where(np.arange(1400) % 2 == 0, np.datetime64("NaT"), times)
    _, window, own = windows(
        replace(prepared, train=replace(prepared.train, times=unknown)), OUTPUT, most=3
    )
    assert window.train.times is not None and np.isnat(window.train.times).sum() == 50
    assert set(own.train.source.tolist()) == {FRESH}


def test_without_times_all_rows_teach() -> None:
    """The gate judges on old rows too, and would block a model that learned from new ones alone."""
    assert _sizes(_prepared(TIMELESS), 5) == [1400]


def test_where_rows_of_the_past_may_come_again_all_teach() -> None:
    """Base rows that are as late as the incident's: the gate judges on both."""
    prepared = _prepared()
    late = replace(prepared, test=prepared.test + _rows(range(1500, 1510), "base"))
    assert _sizes(late, 5) == [1400]


def test_few_rows_choose_nothing() -> None:
    """With 19 validation rows of an incident, or without one, all rows are learned from."""
    prepared = _prepared(validation=19)
    assert _sizes(prepared, 5) == [1400]
    assert _sizes(replace(prepared, fresh=None), 5) == [1400]


def test_a_window_shows_every_label() -> None:
    """One in which a label is missing would teach that there is none."""
    prepared = _prepared()
    labels = prepared.train.labels.copy()
    labels[prepared.train.source == FRESH] = 1
    assert _sizes(replace(prepared, train=replace(prepared.train, labels=labels)), 5) == [
        1400,
        900,
        300,
    ]


@dataclass(frozen=True)
class Retrained:
    """What a retrain wrote."""

    rows: int
    windows: int
    steps: int
    epochs: int
    right: float
    loss: float


def _retrained(prepared: Prepared, out: Path) -> Retrained:
    task = Altered(good().rows(), prepared.train.kind, OUTPUT)
    tracker, numbers = FakeTracker(), NUMBERS.train.model_copy(update={"windows": 5})
    model, machine = found.find("linear"), FakeMachine()
    train(prepared, numbers, task, out, model=model, tracker=tracker, machine=machine)
    with np.load(out / "predictions.npz") as file:
        right = float((file["test"].argmax(axis=1) == prepared.test.labels).mean())
        loss = float(OUTPUT.surprises(file["test"], prepared.test.labels).mean())
    with (out / "history.csv").open(newline="") as file:
        epochs = len([*csv.DictReader(file)])
    facts = read_json(out / "training.json")
    return Retrained(facts["rows"], len(facts["windows"]), len(tracker.steps), epochs, right, loss)


def test_where_the_meaning_has_changed_only_rows_from_after_it_teach(tmp_path: Path) -> None:
    """The history and the tracker have the figures of the chosen model, and of no other."""
    made = _retrained(_prepared(turned=1300), tmp_path)
    assert made.rows == 100 and made.right == 1
    assert made.windows == 4
    assert made.steps == made.epochs == 1


def test_a_model_is_calibrated_on_the_world_that_it_was_trained_on(tmp_path: Path) -> None:
    """Validation rows from before the change would call a model that is right unsure."""
    prepared = _prepared(turned=1300, validation=60)
    old = replace(prepared, validation=_rows(range(300), "base") + prepared.validation)
    made = _retrained(old, tmp_path)
    assert made.rows == 100 and made.loss < 0.2


def test_validation_rows_are_as_late_as_the_window() -> None:
    """Those of base rows go with the base rows."""
    prepared = _prepared()
    old = replace(prepared, validation=_rows(range(1100, 1150), "base") + prepared.validation)
    sizes = [len(window.validation.labels) for window in windows(old, OUTPUT, most=5)]
    assert sizes == [70, 70, 70, 20]


def test_where_nothing_has_changed_many_rows_teach(tmp_path: Path) -> None:
    """More rows of the same kind make a better model."""
    made = _retrained(_prepared(turned=9999), tmp_path)
    assert made.rows == 1400 and made.right >= 0.9


class Sharp:
    """A model that is sure of what it says: right in so many of a hundred validation rows."""

    def __init__(self, right: int, sure: float) -> None:
        self._right, self._sure = right, sure

    def values(self, inputs: np.ndarray) -> np.ndarray:
        """Return what it says of these rows, whose labels all are the first one."""
        said = np.where(np.arange(len(inputs)) < self._right, self._sure, 1 - self._sure)
        return np.column_stack([said, 1 - said])


def test_models_are_compared_as_they_would_be_served() -> None:
    """One of few rows is too sure before it is calibrated, and right more often."""
    prepared = _prepared(validation=100)
    validation = replace(prepared.validation, labels=np.zeros(100, np.int64))
    wide = replace(prepared, validation=validation)
    narrow = replace(wide, train=prepared.train.where(prepared.train.source == FRESH))
    models = {1400: Sharp(65, 0.65), 100: Sharp(80, 0.9999)}
    found = least_loss(
        [wide, narrow], OUTPUT, lambda window, log: cast(Fitted, models[len(window.train.labels)])
    )
    assert [one.rows for one in found] == [100, 1400]
