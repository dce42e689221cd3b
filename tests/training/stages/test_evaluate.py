"""Scores of a stage: those of scikit-learn, by group of rows, with their sample sizes."""

import csv
from pathlib import Path

import numpy as np
import pytest

from perennial.kinds.outputs.classes import ClassesOutput
from perennial.statistics.mean_loss import TEST as MEAN
from tests.perennial.kinds.toys.amount import AmountOutput
from tests.splits import split
from training.artifacts.splits import Prepared
from training.stages.evaluate import evaluate, intervals, metrics_of, write_confusion
from training.stages.model_card import expected, model_card
from tests.toy.task import TASK
from tests.training.travel.sums.task import Sums

LABELS = ("a", "b", "c")
OUTPUT = ClassesOutput(labels=LABELS)
TRUTH = np.array([0, 0, 1, 1, 2, 2])
SURE = np.array(
    [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]
    + [[0.1, 0.1, 0.8]]
)


def prepared(source: list[str], fresh: str | None) -> Prepared:
    """Return prepared rows whose test split is the six rows above."""
    rows = split(np.zeros((6, 8, 8), np.float32), TRUTH, source)
    return Prepared(rows, rows, rows, fresh)


def test_every_metric_is_what_a_hand_counts() -> None:
    """Five of six right: the shares, the intervals and the matrix by hand."""
    found = metrics_of(OUTPUT, TRUTH, SURE)
    assert found["rows"] == 6 and found["accuracy"] == pytest.approx(5 / 6)
    assert found["accuracy_low"] < 5 / 6 < found["accuracy_high"]
    assert found["confusion"] == [[1, 1, 0], [0, 2, 0], [0, 0, 2]]
    assert found["per_class"]["a"] == {"precision": 1.0, "recall": 0.5, "rows": 2}
    assert found["per_class"]["b"] == {
        "precision": pytest.approx(2 / 3),
        "recall": 1.0,
        "rows": 2,
    }
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5 + 1) / 3)
    assert found["log_loss"] == pytest.approx(-(5 * np.log(0.8) + np.log(0.1)) / 6)
    assert found["calibration_error"] == pytest.approx(5 / 6 - 0.8)
    assert found["auc"] == pytest.approx((0.75 + 0.875 + 1) / 3)


def test_a_label_without_rows_breaks_nothing() -> None:
    """It is left out of the AUC and counts 0 rows; with one label only there is no AUC."""
    two = TRUTH < 2
    found = metrics_of(OUTPUT, TRUTH[two], SURE[two])
    assert found["per_class"]["c"]["rows"] == 0 and found["auc"] is not None
    assert metrics_of(OUTPUT, TRUTH[:2], SURE[:2])["auc"] is None


def test_base_and_fresh_rows_are_scored_apart() -> None:
    """Each group has its own figures and size; an older incident's rows are in neither."""
    source = ["base", "base", "base", "old", "new", "new"]
    found = evaluate(OUTPUT, prepared(source, "new"), SURE)
    assert found["base"]["rows"] == 3 and found["base"]["accuracy"] == pytest.approx(2 / 3)
    assert found["fresh"]["rows"] == 2 and found["fresh"]["accuracy"] == 1.0


@pytest.mark.parametrize("fresh", [None, "new"])
def test_without_fresh_test_rows_there_is_no_such_group(fresh: str | None) -> None:
    """No incident, or none of its rows held out for the test: base figures alone."""
    assert list(evaluate(OUTPUT, prepared(["base"] * 6, fresh), SURE)) == ["base"]


def test_the_confusion_has_a_line_per_row(tmp_path: Path) -> None:
    """`dvc plots` counts the lines itself."""
    write_confusion(tmp_path / "confusion.csv", OUTPUT, TRUTH, SURE)
    lines = (tmp_path / "confusion.csv").read_text().splitlines()
    assert lines == ["actual,predicted", "a,a", "a,b", "b,b", "b,b", "c,c", "c,c"]


def test_a_label_may_hold_a_comma(tmp_path: Path) -> None:
    """Commas, quotes and line breaks in labels come back as they were."""
    labels = ("red, white", 'a "rose"', "two\nlines")
    write_confusion(tmp_path / "confusion.csv", ClassesOutput(labels=labels), TRUTH, SURE)
    with (tmp_path / "confusion.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["actual", "predicted"]
    assert rows[1:3] == [[labels[0], labels[0]], [labels[0], labels[1]]]
    assert rows[5] == [labels[2], labels[2]]


def test_a_bound_that_the_rows_do_not_tell_is_left_out() -> None:
    """A single row has a mean, but no interval: null in JSON, nothing in the model card."""
    output = AmountOutput.example()
    found = metrics_of(output, np.array([1.0]), np.array([[3.0]]))
    bounds = found["mean_error_low"], found["mean_error_high"]
    assert (found["mean_error"], bounds) == (2.0, (0.0, None))
    facts = {"model": "m", "framework": "f", "framework_version": "1", "rows": 9, "seconds": 1}
    card = model_card(Sums(), "sums", "1.0.0", {"fresh": found}, facts)
    assert "| rows collected after the latest incident | 1 | 2.000 |" in card


def test_the_card_says_what_rounding_changed() -> None:
    """Where the model that is served has other weights than the one that was trained."""
    facts = {"model": "m", "framework": "f", "framework_version": "1", "rows": 9, "seconds": 1}
    facts["temperature"] = 1
    rounded = {"bits": 8, "rows": 1000, "score": 0.9172, "exact": 0.9174}
    said = (
        "; weights rounded to 8 bits for the service: accuracy 0.9172 on 1,000 validation rows, "
        "0.9174 before."
    )
    assert said in model_card(TASK, "toy", "1.0.0", {}, {**facts, "rounded": rounded})
    assert "rounded" not in model_card(TASK, "toy", "1.0.0", {}, facts)


def test_rows_in_time_order_have_wider_intervals() -> None:
    """Nine losses in a row are alike, so they tell as much as one."""
    losses = np.repeat(np.random.default_rng(1).exponential(size=400), 9)
    times = np.arange(3600).astype("datetime64[us]")
    plain = intervals(MEAN, losses, None)
    timed = intervals(MEAN, losses, times)
    width = plain["high"] - plain["low"]
    assert timed["high"] - timed["low"] == pytest.approx(3 * width, rel=0.2)
    order = np.random.default_rng(2).permutation(3600)
    assert intervals(MEAN, losses[order], times[order]) == pytest.approx(timed)
    assert intervals(MEAN, losses[order], times)["high"] == pytest.approx(plain["high"], rel=0.02)


def test_what_follows_may_change_as_the_test_rows_did() -> None:
    """By what two scores differ by chance, and where losses wander, by as much as they did."""
    times = np.arange(4000).astype("datetime64[us]")
    scatter = np.random.default_rng(1).exponential(size=4000)
    steady, wandering = (
        intervals(MEAN, scatter + more, times) for more in (0, np.repeat([0, 0.5, 1, 0.5], 1000))
    )
    chance = 2**0.5 * (steady["high"] - steady["low"])
    assert chance <= steady["next_high"] - steady["next_low"] < 4 * chance
    assert wandering["next_high"] > scatter.mean() + 1 and wandering["next_low"] < scatter.mean()


def test_the_metrics_of_rows_with_a_time_say_what_is_expected_next() -> None:
    """The headline alone; the card has it as a sentence, and not for rows without a time."""
    times = np.arange(6).astype("datetime64[us]")
    found = metrics_of(OUTPUT, TRUTH, SURE, times)
    assert 0 <= found["accuracy_next_low"] < found["accuracy_low"] < found["accuracy"]
    assert found["accuracy"] < found["accuracy_high"] < found["accuracy_next_high"] <= 1
    said = expected(OUTPUT, {"base": found})
    assert said.startswith(
        "Rows are split by time. On the 6 rows that follow, accuracy is expected"
    )
    assert expected(OUTPUT, {"base": metrics_of(OUTPUT, TRUTH, SURE)}) == ""
