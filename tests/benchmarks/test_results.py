"""Figures are kept beside each other, and tables find their places in a page."""

import json
from pathlib import Path

import pytest

from benchmarks import results
from demo.workspace import ROOT

PAGE = "before\n<!-- a: make it -->\nold\n<!-- end of a -->\nbetween\n<!-- b: make it -->\n"


def test_a_benchmark_leaves_the_figures_of_others(tmp_path: Path) -> None:
    """What is merged under one name changes no other one."""
    path = tmp_path / "results.json"
    for name, figure in (("a", 1), ("b", 2), ("a", 3)):
        results.merge(name, {"figure": figure}, path=path)
    assert json.loads(path.read_text("utf-8")) == {"a": {"figure": 3}, "b": {"figure": 2}}


def test_a_table_replaces_what_stood_in_its_place(tmp_path: Path) -> None:
    """Everything around its marks stays."""
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    for table in ("| first |", "| second |"):
        results.fill(page, {"a": table}, command="make it")
    assert page.read_text("utf-8") == PAGE.replace("old\n", "\n| second |\n\n")


def test_a_page_without_a_place_is_refused(tmp_path: Path) -> None:
    """The error names the lines that are missing."""
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    with pytest.raises(ValueError, match="<!-- end of b -->"):
        results.fill(page, {"b": "| table |"}, command="make it")


@pytest.mark.parametrize(
    ("page", "command", "tables"),
    [
        ("drift.md", "false_alarms", ("false_alarms",)),
        ("drift-benchmark.md", "drift", ("overall", "ranks", "estimates", "settings")),
        ("drift-benchmark.md", "drift", ("overall_daily", "ranks_daily")),
        ("drift-benchmark.md", "drift", ("overall_runs", "ranks_runs")),
        ("cost.md", "cost", ("cost_rules", "cost_counters", "cost_rows")),
        ("time-order.md", "promised", ("promised",)),
    ],
)
def test_a_page_has_a_place_for_every_table_of_its_benchmark(
    page: str, command: str, tables: tuple[str, ...]
) -> None:
    """A benchmark of hours does not end with a table that it cannot put anywhere."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for name in tables:
        start, end = f"<!-- {name}: python -m benchmarks.{command} -->", f"<!-- end of {name} -->"
        assert 0 <= text.find(start) < text.find(end), name
