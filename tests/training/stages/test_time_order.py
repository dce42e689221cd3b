"""Rows with a time are split by it: what is tested came last, and nothing of it was taught."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.toy.numbers import FILE, NUMBERS
from tests.training.bad_data import Altered
from training import params
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows, read_feedback
from training.artifacts.splits import BASE, SPLITS, Prepared, Split
from training.errors import BadParameter
from training.feedback.file import append
from training.feedback.rows import LabelledRows
from training.task.task import Rows
from training.validation.splits import newest_tested
from training.validation.task_data import validate

KIND = TableInput(columns=(TimeColumn(name="seen"), NumberColumn(name="load")))
OUTPUT = ClassesOutput(labels=("no", "yes"))
START = datetime(2026, 1, 1, tzinfo=UTC)
SHARES = NUMBERS.prepare  # 0.1 and 0.4 of base rows, 0.1 and 0.2 of collected ones
INCIDENT, LATER = "bbbbbbbbbbbb", "aaaaaaaaaaaa"
Hours = Sequence[float | None]


def instances(hours: Hours) -> list[list[object]]:
    """Return rows of these hours, each with a load of its own."""
    return [
        [None if hour is None else (START + timedelta(hours=hour)).isoformat(), float(row)]
        for row, hour in enumerate(hours)
    ]


def rows(
    hours: Hours, source: str = BASE, *, givers: str | Sequence[str] = "clinic", first: int = 0
) -> Split:
    """Return rows of these hours; givers: who gave their labels.  first: the load of the first."""
    table = KIND.to_arrow([[time, row + first] for row, (time, _) in enumerate(instances(hours))])
    labels = np.arange(len(hours)) % 2
    names = np.broadcast_to(np.array("" if source == BASE else givers), len(hours)).copy()
    return Split(KIND, table, labels, np.full(len(hours), source), names)


def collected(*parts: Split) -> FeedbackRows:
    """Return the rows of incidents; the last is the newest."""
    whole = sum(parts[1:], parts[0])
    return FeedbackRows(whole, str(parts[-1].source[0]), np.arange(len(whole.labels)))


NOTHING = FeedbackRows(rows([]), None, np.empty(0, np.int64))


def hours_of(part: Split, source: str = BASE) -> NDArray[np.float64]:
    """Return the hours of a source's rows, NaN for those without a time."""
    assert part.times is not None
    chosen = part.times[part.source == source]
    since = (chosen - np.datetime64(START.replace(tzinfo=None), "us")) / np.timedelta64(1, "h")
    return np.asarray(since, np.float64)


def spans(prepared: Prepared, source: str = BASE) -> list[tuple[float, float]]:
    """Return the first and last hour of each split."""
    found = [hours_of(prepared.split(name), source) for name in SPLITS]
    return [(float(hours.min()), float(hours.max())) for hours in found]


def test_the_latest_base_rows_are_tested() -> None:
    """In whatever order they stand: the last 40 % are test rows, the 10 % before validation."""
    order = np.random.default_rng(1).permutation(200)
    prepared = arrange(rows(order.tolist()), NOTHING, SHARES)
    assert spans(prepared) == [(0, 99), (100, 119), (120, 199)]


def test_the_latest_collected_rows_are_tested() -> None:
    """Of each incident its own latest rows; base rows stay where they were."""
    fresh = rows(np.arange(500, 600).tolist(), INCIDENT)
    more = rows(np.arange(700, 800).tolist(), LATER)
    base = rows(list(range(200)))
    prepared = arrange(base, collected(fresh, more), SHARES)
    assert prepared.fresh == LATER
    assert spans(prepared) == spans(arrange(base, NOTHING, SHARES))
    assert spans(prepared, INCIDENT) == [(500, 569), (570, 579), (580, 599)]
    assert spans(prepared, LATER) == [(700, 769), (770, 779), (780, 799)]


def test_rows_of_one_time_share_a_side() -> None:
    """The shares are met as nearly as whole days allow."""
    prepared = arrange(rows([24 * (row // 20) for row in range(200)]), NOTHING, SHARES)
    found = [set(hours_of(prepared.split(name)).tolist()) for name in SPLITS]
    assert found == [{24.0 * day for day in days} for days in (range(5), (5,), range(6, 10))]


@pytest.mark.parametrize("days", [2, 3])
def test_the_last_time_of_an_incident_is_tested(days: int) -> None:
    """However few of its rows are earlier."""
    base, dates = rows(list(range(-2000, -1000))), [24 * (row * days // 600) for row in range(600)]
    prepared = arrange(base, collected(rows(dates, INCIDENT)), SHARES)
    assert set(hours_of(prepared.test, INCIDENT).tolist()) == {24.0 * (days - 1)}
    assert "0 of 1 incidents failed" in str(newest_tested(prepared))


@pytest.mark.parametrize("today", [1, 100, 400, 900, 1000])
def test_an_incident_of_few_days_has_rows_on_every_side(today: int) -> None:
    """Rows of one day are ordered by content then; test rows are still of the last day first."""
    base = rows(list(range(-2000, -1000)))
    fresh = rows([*[0] * (1000 - today), *[24] * today], INCIDENT)
    parts = arrange(base, collected(fresh), SHARES)
    found = [hours_of(parts.split(name), INCIDENT) for name in SPLITS]
    assert [len(part) for part in found] == [700, 100, 200]
    assert (found[2] == 24).sum() == min(today, 200)


def test_a_gap_divides_no_time() -> None:
    """Rows of one time are as near as can be; that nothing can be tested is a warning."""
    base, fresh = rows(list(range(-2000, -1000))), rows([0] * 600, INCIDENT)
    apart = SHARES.model_copy(update={"gap": "6h"})
    prepared = arrange(base, collected(fresh), apart)
    assert not (prepared.test.source == INCIDENT).any()
    assert "1 of 1 incidents failed: 0 rows" in str(newest_tested(prepared))


def test_equal_rows_of_different_times_may_be_on_two_sides() -> None:
    """They are two observations; the same one sent again stays where it was first."""
    base = rows(list(range(200)))
    again = replace(base, source=np.full(200, INCIDENT))
    prepared = arrange(base, collected(again), SHARES)
    assert spans(prepared, INCIDENT) == spans(prepared)
    seen = [set(prepared.split(name).identities.tolist()) for name in SPLITS]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]
    table = KIND.to_arrow([[(START + timedelta(hours=row)).isoformat(), 1.0] for row in range(200)])
    one = Split(KIND, table, np.zeros(200, np.int64), np.full(200, BASE))
    assert [len(arrange(one, NOTHING, SHARES).split(name).labels) for name in SPLITS] == [
        100,
        20,
        80,
    ]
    assert len(set(one.contents.tolist())) == 1 and len(set(one.identities.tolist())) == 200


def test_rows_without_a_time_are_for_training() -> None:
    """Nobody knows that they are among the latest; with a gap they are left out."""
    base = rows([*range(100), *[None] * 20])
    prepared = arrange(base, NOTHING, SHARES)
    assert np.isnan(hours_of(prepared.train)).sum() == 20
    assert len(prepared.held_out.labels) == 50
    purged = arrange(base, NOTHING, SHARES.model_copy(update={"gap": "1s"}))
    assert not np.isnan(hours_of(purged.train)).any() and len(purged.held_out.labels) == 50


def test_a_gap_leaves_out_what_is_near_to_held_out_rows() -> None:
    """Before validation and before test; after the base test rows too, where fresh rows begin."""
    numbers = SHARES.model_copy(update={"gap": "6h"})
    fresh = rows(np.arange(202, 302).tolist(), INCIDENT)
    prepared = arrange(rows(list(range(200))), collected(fresh), numbers)
    assert spans(prepared) == [(0, 94), (100, 114), (120, 199)]
    assert spans(prepared, INCIDENT) == [(205, 266), (272, 276), (282, 301)]


def test_rows_that_the_publishers_set_aside_are_tested_whenever_they_are() -> None:
    """Of the others, the latest are validation rows."""
    aside = np.arange(200) % 4 == 0
    prepared = arrange(rows(list(range(200))), NOTHING, SHARES, aside=aside)
    assert set(hours_of(prepared.test)) == set(range(0, 200, 4))
    assert hours_of(prepared.validation).min() > hours_of(prepared.train).max()


def test_whoever_judges_does_so_on_the_latest_rows() -> None:
    """Rows of a judging source are test rows if they are late enough, and else in no split."""
    givers = [f"clinic {number % 10}" for number in range(1000)]
    fresh = rows(np.arange(1000, 2000).tolist(), INCIDENT, givers=givers)
    prepared = arrange(rows(list(range(200))), collected(fresh), SHARES)
    taught = (prepared.train + prepared.validation).label_source
    judges = set(givers) - set(taught.tolist())
    assert len(judges) == 2 and judges < set(prepared.test.label_source.tolist())
    assert hours_of(prepared.test, INCIDENT).min() == 1800
    assert sum(len(prepared.split(name).labels) for name in SPLITS) == 1200 - 160


def test_where_too_few_of_the_latest_rows_would_judge_all_sources_teach() -> None:
    """A small incident is not worth losing rows for."""
    givers = [f"clinic {number % 10}" for number in range(100)]
    fresh = rows(np.arange(1000, 1100).tolist(), INCIDENT, givers=givers)
    prepared = arrange(rows(list(range(200))), collected(fresh), SHARES)
    assert sum(len(prepared.split(name).labels) for name in SPLITS) == 300


def test_a_row_sent_without_a_time_is_from_when_it_was_predicted(tmp_path: Path) -> None:
    """So a client that leaves the time out is judged on its latest rows too."""
    hours = [float(hour) if hour % 2 else None for hour in range(100)]
    observed = [(START + timedelta(hours=hour)).isoformat() for hour in range(100)]
    sent = KIND.to_arrow(instances(hours))
    given = LabelledRows(
        sent,
        ["yes"] * 100,
        observed,
        [f"p{at}" for at in range(100)],
        ["clinic"] * 100,
        [False] * 100,
        [None] * 100,
        [],
    )
    append(tmp_path / "feedback.parquet", KIND, given, INCIDENT)
    task = Altered(Rows(KIND.to_arrow([]), []), KIND, OUTPUT)
    found = read_feedback(task, tmp_path / "feedback.parquet")
    assert found.split.times is not None
    prepared = arrange(rows(list(range(200)), first=1000), found, SHARES)
    assert spans(prepared, INCIDENT)[2] == (80, 99)
    assert found.split.table["seen"].null_count == 50


def test_times_survive_the_files(tmp_path: Path) -> None:
    """The summary says from when to when each source's rows are."""
    prepared = arrange(rows([*range(100), None]), NOTHING, SHARES)
    prepared.write(tmp_path, OUTPUT.labels)
    again = Prepared.read(tmp_path, KIND)
    for name in SPLITS:
        one, two = prepared.split(name), again.split(name)
        assert np.array_equal(one.identities, two.identities)
    times = json.loads((tmp_path / "summary.json").read_text())["splits"]["test"]["times"]
    assert times == {"base": ["2026-01-03T12:00:00Z", "2026-01-05T03:00:00Z"]}


def test_what_is_left_out_and_what_has_no_time_is_a_warning(tmp_path: Path) -> None:
    """Each with its share and what it means."""
    task = Altered(
        Rows(KIND.to_arrow(instances([*range(400), None])), ["no", "yes"] * 200 + ["no"]),
        KIND,
        OUTPUT,
    )
    numbers = SHARES.model_copy(update={"gap": "1d"})
    found = validate(task, numbers, tmp_path / "none.parquet")
    said = [str(finding) for finding in found.warnings]
    assert not found.broken
    assert said[0].startswith("base.input.seen: a time (rows without one are for training; with")
    assert said[0].endswith("1 of 401 rows failed: row 400: no time")
    assert said[1].startswith("all: in a split (prepare.gap leaves out what is within 1d of a held")
    assert "47 of 401 rows failed" in said[1]


@pytest.mark.parametrize("gap", ["6 hours", "six", "-1h", "1.5h"])
def test_a_gap_is_a_duration(tmp_path: Path, gap: str) -> None:
    """The message names the parameter and what it may be."""
    file = tmp_path / "params.yaml"
    file.write_text(FILE.read_text().replace("prepare:\n", f"prepare:\n  gap: {gap!r}\n", 1))
    with pytest.raises(BadParameter, match="prepare.gap: got .*, expected a whole number and one"):
        params.load("toy", file)


def test_a_gap_needs_rows_with_a_time(tmp_path: Path) -> None:
    """Images have none, so that a gap would be ignored."""
    file = tmp_path / "params.yaml"
    file.write_text(FILE.read_text().replace("prepare:\n", "prepare:\n  gap: 6h\n", 1))
    with pytest.raises(BadParameter, match="prepare.gap: got '6h', expected nothing, since rows"):
        params.load("toy", file, of=Altered(Rows(KIND.to_arrow([]), [])))
