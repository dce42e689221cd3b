"""The loop and a clock of as many pipelines can be compared on many histories, for little."""

from dataclasses import replace
from pathlib import Path

import pytest

from backtest.errors import BadHistory
from benchmarks.replays.__main__ import main
from benchmarks.replays.histories import HISTORIES
from benchmarks.replays.scenarios import check_rows


def test_a_quick_comparison_says_how_far_the_loop_is_ahead_and_writes_no_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the oracle, which trains most of the models."""
    figures = tmp_path / "results.json"
    given = ["--quick", "--seeds", "2", "--histories", "made, sudden"]
    assert main([*given, "--out", str(tmp_path), "--results", str(figures)]) == 0
    said = capsys.readouterr().out
    assert "a clock, as often" in said and "less" in said
    assert "| oracle |" not in said
    assert not figures.exists()


def test_a_history_whose_rows_are_not_here_is_named_before_anything_is_replayed() -> None:
    """With what gets them."""
    gone = replace(HISTORIES["made, sudden"], task="gone")
    with pytest.raises(
        BadHistory, match="got 'gone', expected its rows, which 'make data TASK=gone'"
    ):
        check_rows([HISTORIES["made, sudden"], gone])
