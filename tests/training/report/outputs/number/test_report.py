"""Answers beside true labels, errors by column and over time, intervals, spread of labels."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.report.outputs.number.made import made
from training.report.output_report import report_of
from training.report.outputs.number import by_column, intervals, labels, over_time
from training.report.outputs.number.answers import Answers, Group
from training.report.outputs.number.report import NumberReport


def test_a_report_on_numbers_has_its_pictures(tmp_path: Path) -> None:
    """Mistakes with answers, errors and columns; the rows with the largest loss; intervals."""
    inputs = made(tmp_path)
    report = report_of(inputs)
    assert isinstance(report, NumberReport)
    text = "\n".join(report.mistakes(inputs, tmp_path))
    assert text.startswith("## Mistakes") and "\n## Intervals" in text
    for picture in ("answers", "errors", "columns", "mistakes"):
        assert f"({picture}.png)" in text and (tmp_path / f"{picture}.png").is_file()
    assert not (tmp_path / "time.png").exists(), "images have no time"


def test_the_first_model_has_no_main_beside_it(tmp_path: Path) -> None:
    """Tables have one model's figures."""
    inputs = made(tmp_path, main=False)
    text = "\n".join(report_of(inputs).mistakes(inputs, tmp_path))
    assert "| main" not in text and "| here |" in text


def test_the_column_that_tells_most_is_drawn_first(tmp_path: Path) -> None:
    """The first pixel's block is where the spread of the labels comes from."""
    inputs = made(tmp_path)
    found = by_column.blocks(Answers(inputs), tmp_path)
    first = found[-1].splitlines()[2]
    assert first.startswith("| `block_0_0` | `over "), first


def test_groups_of_a_column_are_its_quarters() -> None:
    """Equal values stay together; a column that is all alike is one group."""
    names = [group.name for group in by_column.parts(np.array([0.0] * 9 + [5.0]))]
    assert names == ["to 0", "over 0"]
    assert [group.name for group in by_column.parts(np.ones(5))] == ["all alike"]
    assert by_column.parts(np.full(3, np.nan)) == []


def test_groups_over_time_follow_each_other() -> None:
    """Equally many rows each, named by their last time; rows without a time are in none."""
    hours = np.arange("2026-01-01T00", "2026-01-06T00", dtype="datetime64[h]")
    times = np.append(hours[::-1], np.datetime64("NaT")).astype("datetime64[us]")
    found = over_time.by_time(times)
    assert [group.rows.sum() for group in found] == [10] * 12
    assert found[0].name == "2026-01-01 09:00" and found[-1].name == "2026-01-05 23:00"
    assert over_time.by_time(times[:5]) == []


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        (1.0, "Intervals hold what they promise: "),
        (2.0, "**Intervals are too narrow**: "),
        (0.3, "**Intervals are too wide**: "),
    ],
)
def test_it_is_said_whether_intervals_hold(tmp_path: Path, spread: float, said: str) -> None:
    """By the interval of the share of test rows that lie in theirs."""
    title, sentence, *_ = intervals.section(Answers(made(tmp_path, spread=spread)))
    assert title == "## Intervals" and sentence.startswith(said), sentence


def test_narrow_rows_have_the_smaller_loss(tmp_path: Path) -> None:
    """The table by width shows it, and the estimate without labels stands beneath."""
    *_, by_width, estimate = intervals.section(Answers(made(tmp_path)))
    losses = [float(line.split("|")[-2]) for line in by_width.splitlines()[2:]]
    assert losses[0] < losses[-1] / 2 and len(losses) == 4
    assert "standard error" in estimate


def test_the_spread_of_labels_stands_beside_mains(tmp_path: Path) -> None:
    """Quantiles of the training rows' labels."""
    (text,) = labels.spread(made(tmp_path))
    assert text.splitlines()[0] == "| labels of training rows (grey) | main | here | change |"
    assert len(text.splitlines()) == 2 + 6


def test_the_variance_between_groups_is_a_share() -> None:
    """Of losses that do not depend on the group it is 0, of equal losses too."""
    rows = np.arange(10) % 2 == 0
    groups = [Group("even", rows), Group("odd", ~rows)]
    assert by_column.explained(np.ones(10), groups) == 0
    assert by_column.explained(np.where(rows, 1.0, 3.0), groups) == pytest.approx(1)
