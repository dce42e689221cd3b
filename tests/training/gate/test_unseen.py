"""Which test rows are fair to main's model: those that it was not fitted on."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from training.artifacts.time_order import is_past
from training.artifacts.splits import Prepared, Split
from training.gate.unseen import unseen

TIMED = TableInput(columns=(TimeColumn(name="seen"), NumberColumn(name="load")))
PLAIN = TableInput(columns=(NumberColumn(name="load"),))


def rows(kind: TableInput, days: range, load: float = 1.0) -> Split:
    """Return equal rows, a day apart where they have a time."""
    made = [{"seen": f"2026-01-{day:02}", "load": load} for day in days]
    table = kind.to_arrow([{name: row[name] for name in kind.names} for row in made])
    return Split(kind, table, np.zeros(len(days), np.int64), np.full(len(days), "base"))


def champion(kind: TableInput, folder: Path) -> Predictor:
    """Return what is asked of a champion, which was fitted on the first ten days."""
    train, rest = rows(kind, range(1, 11)), rows(kind, range(0))
    Prepared(train, rest, rest, None).write(folder, ("no", "yes"))
    bundle = SimpleNamespace(path=folder, manifest=SimpleNamespace(input=kind))
    return cast(Predictor, SimpleNamespace(bundle=bundle))


def test_equal_rows_of_another_time_are_unseen(tmp_path: Path) -> None:
    """Rows that repeat in time are new observations; the same one is known again."""
    found = unseen(rows(TIMED, range(6, 16)), champion(TIMED, tmp_path), tmp_path)
    assert found.tolist() == [False] * 5 + [True] * 5


def test_without_a_time_equal_rows_are_the_same(tmp_path: Path) -> None:
    """Of the champion's columns the time is none, so it saw all of these rows."""
    main = champion(PLAIN, tmp_path)
    assert not unseen(rows(TIMED, range(6, 16)), main, tmp_path).any()
    assert unseen(rows(TIMED, range(6, 16), load=2.0), main, tmp_path).all()


def test_where_only_one_tells_equal_rows_apart_contents_are_compared(tmp_path: Path) -> None:
    """So no row that the champion was fitted on judges it, whenever rows began to repeat much."""
    main = champion(PLAIN, tmp_path)
    numbered = rows(PLAIN, range(1, 11)).numbered(np.arange(5, 15))
    assert not unseen(numbered, main, tmp_path).any()
    train, rest = numbered, rows(PLAIN, range(0))
    Prepared(train, rest, rest, None).write(tmp_path, ("no", "yes"))
    assert not unseen(rows(PLAIN, range(1, 11)), main, tmp_path).any()
    other = rows(PLAIN, range(1, 11)).numbered(np.arange(10, 20))
    assert unseen(other, main, tmp_path).tolist() == [False] * 5 + [True] * 5


def test_base_rows_are_the_past_if_most_fresh_rows_came_later(tmp_path: Path) -> None:
    """A few late labels of earlier rows change nothing; without an incident or a time, never."""
    base = rows(TIMED, range(1, 11))

    def fresh(days: range) -> Split:
        made = rows(TIMED, days)
        return replace(made, source=np.full(len(days), "0123456789ab"))

    assert is_past(base + fresh(range(11, 16)), "0123456789ab")
    assert is_past(base + fresh(range(9, 16)), "0123456789ab")
    assert not is_past(base + fresh(range(5, 13)), "0123456789ab")
    assert not is_past(base, None) and not is_past(base, "0123456789ab")
    assert not is_past(rows(PLAIN, range(1, 11)), "0123456789ab")
