"""Splits by content: stable as rows accumulate, and never the same row on two sides."""

import json
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from tests.bundles import images
from tests.toy.numbers import NUMBERS as PARAMETERS
from tests.splits import split
from tests.toy.task import TASK
from tests.training.bad_data import Altered, good
from training.artifacts.arrangement import cut
from training.artifacts.feedback_columns import schema
from training.artifacts.splits import SPLITS, Prepared, Split, positions
from training.errors import MissingArtifact
from training.stages.prepare import prepare

NUMBERS = PARAMETERS.prepare


def rows(count: int, *, seed: int = 0) -> Split:
    """Return random images; each row's label is its number, so that it can be found again."""
    return split(images(count, seed=seed).astype(np.float32), np.arange(count))


def feedback(folder: Path, incidents: dict[str, str], *, each: int = 50) -> Path:
    """Write feedback.parquet: `each` inverted images of every incident, observed at its time."""
    everything = good()
    table: dict[str, list[object]] = {"input": [], "label": [], "observed_at": [], "incident": []}
    for number, (incident, observed) in enumerate(incidents.items()):
        chosen = slice(number * each, (number + 1) * each)
        table["input"] += (16 - everything.inputs[chosen]).reshape(each, -1).tolist()
        table["label"] += everything.labels[chosen]
        table["observed_at"] += [observed] * each
        table["incident"] += [incident] * each
    return written(folder, table)


def written(folder: Path, columns: dict[str, list[object]]) -> Path:
    """Write feedback.parquet, with a prediction's id for each row."""
    ids: list[object] = [f"p{row}" for row in range(len(columns["label"]))]
    rows = len(ids)
    given = {"source": ["clinic"] * rows, "trusted": [False] * rows, "subject": [None] * rows}
    table = pyarrow.table({"prediction_id": ids, **given, **columns}, schema(TASK.input))
    file = folder / "feedback.parquet"
    pyarrow.parquet.write_table(table, file)
    return file


def test_the_shares_are_those_asked_for() -> None:
    """About 50, 10 and 40 percent of many rows, and each row is in exactly one split."""
    parts = cut(rows(4000), validation=0.1, test=0.4)
    shares = [len(parts[name].labels) / 4000 for name in SPLITS]
    assert shares == pytest.approx([0.5, 0.1, 0.4], abs=0.03)
    assert sorted(np.concatenate([parts[name].labels for name in SPLITS])) == list(range(4000))


def test_rows_keep_their_split_as_others_come() -> None:
    """More rows, in another order, move no row from one split to another."""
    few, more = rows(300), rows(300) + rows(500, seed=9)
    order = np.random.default_rng(3).permutation(800)
    before = cut(few, validation=0.1, test=0.4)
    after = cut(more.where(order), validation=0.1, test=0.4)
    for name in SPLITS:
        kept = {row.tobytes() for row in after[name].inputs}
        assert all(row.tobytes() in kept for row in before[name].inputs)


def test_equal_rows_stand_on_one_side() -> None:
    """A row that occurs five times is in one split, five times."""
    parts = cut(rows(100) + rows(100), validation=0.1, test=0.4)
    contents = [{row.tobytes() for row in parts[name].inputs} for name in SPLITS]
    assert not contents[0] & contents[1] and not contents[0] & contents[2]
    assert not contents[1] & contents[2]
    assert sum(len(found) for found in contents) == 100


def test_positions_are_spread_evenly() -> None:
    """The numbers that decide the split fill [0, 1) and depend on the content alone."""
    many = rows(2000)
    found = positions(many.identities)
    assert 0 <= found.min() < 0.01 and 0.99 < found.max() < 1
    turned = many.where(np.arange(2000)[::-1])
    assert (positions(turned.identities) == found[::-1]).all()


def test_collected_rows_keep_their_incident(tmp_path: Path) -> None:
    """The newest incident counts as fresh, an older one keeps its name, base splits do not move."""
    times = {"bbbbbbbbbbbb": "2026-11-02T00:00:00+00:00", "aaaaaaaaaaaa": "2026-11-09T00:00:00"}
    file = feedback(tmp_path, times)
    prepared, alone = (prepare(TASK, NUMBERS, f) for f in (file, tmp_path / "none.parquet"))
    assert prepared.fresh == "aaaaaaaaaaaa"
    for incident in times:
        counts = [int((prepared.split(name).source == incident).sum()) for name in SPLITS]
        assert sum(counts) == 50 and counts[0] > 25 and counts[2] > 0
    for name in SPLITS:
        part = prepared.split(name)
        base = part.where(part.source == "base")
        assert (base.inputs == alone.split(name).inputs).all()


def test_a_base_row_that_comes_back_as_feedback_keeps_its_side(tmp_path: Path) -> None:
    """A base test row is never trained on, though fresh rows have a smaller test share."""
    base = good()
    table: dict[str, list[object]] = {
        "input": [*base.inputs.reshape(len(base.inputs), -1).tolist()],
        "label": [*base.labels],
        "observed_at": ["2026-01-01T00:00:00+00:00"] * len(base.labels),
        "incident": ["0123456789ab"] * len(base.labels),
    }
    prepared = prepare(TASK, NUMBERS, written(tmp_path, table))
    trained = {row.tobytes() for row in prepared.train.inputs}
    assert not any(row.tobytes() in trained for row in prepared.test.inputs)


def test_rows_that_the_publishers_set_aside_are_the_base_test_rows(tmp_path: Path) -> None:
    """All of them and no others, whoever sends them back; the rest is cut as ever."""
    base = good()
    held_out = np.arange(len(base.labels)) % 6 == 0
    task = Altered(base.rows(held_out))
    back: dict[str, list[object]] = {
        "input": [*base.inputs[:300].reshape(300, -1).tolist()],
        "label": [*base.labels[:300]],
        "observed_at": ["2026-01-01T00:00:00+00:00"] * 300,
        "incident": ["0123456789ab"] * 300,
    }
    prepared = prepare(task, NUMBERS, written(tmp_path, back))
    test = prepared.test.where(prepared.test.source == "base")
    assert np.array_equal(test.inputs, base.inputs[held_out])
    assert int((prepared.test.source != "base").sum()) == 50
    share = (prepared.validation.source == "base").sum() / (~held_out).sum()
    assert share == pytest.approx(NUMBERS.validation, abs=0.03)
    content = [set(prepared.split(name).identities.tolist()) for name in SPLITS]
    assert not content[0] & content[1] and not content[0] & content[2]
    assert not content[1] & content[2]


def test_the_order_in_which_rows_were_collected_makes_no_difference(tmp_path: Path) -> None:
    """The same rows give the same splits, row by row."""
    file = feedback(tmp_path, {"0123456789ab": "2026-01-01T00:00:00+00:00"})
    before = prepare(TASK, NUMBERS, file)
    table = pyarrow.parquet.read_table(file)
    order = np.random.default_rng(5).permutation(len(table))
    pyarrow.parquet.write_table(table.take(order), file)
    after = prepare(TASK, NUMBERS, file)
    for name in SPLITS:
        assert np.array_equal(before.split(name).inputs, after.split(name).inputs)
        assert np.array_equal(before.split(name).labels, after.split(name).labels)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Files carry every row, its label and source; the summary counts them."""
    prepared = prepare(TASK, NUMBERS, feedback(tmp_path, {"aaaaaaaaaaaa": "2026-11-09"}))
    prepared.write(tmp_path / "out", TASK.output.labels)
    again = Prepared.read(tmp_path / "out", TASK.input)
    assert again.fresh == "aaaaaaaaaaaa"
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    for name in SPLITS:
        one, two = prepared.split(name), again.split(name)
        assert (one.inputs == two.inputs).all() and (one.labels == two.labels).all()
        assert one.source.tolist() == two.source.tolist()
        counted = summary["splits"][name]
        assert counted["rows"] == sum(counted["labels"].values()) == len(one.labels)
        assert sum(counted["sources"].values()) == len(one.labels)


def test_an_absent_split_is_named(tmp_path: Path) -> None:
    """Without the earlier stage the message names the file and the way out."""
    with pytest.raises(MissingArtifact, match="train.parquet: not found; run 'dvc repro -P'"):
        Prepared.read(tmp_path, TASK.input)
