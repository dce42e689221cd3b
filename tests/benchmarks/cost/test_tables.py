"""The tables of the page come from the figures that were kept, and replace old ones only."""

from pathlib import Path

from benchmarks import results
from benchmarks.cost import tables
from benchmarks.cost.counters import Overhead
from benchmarks.cost.rows import Spent


def test_tables_stand_between_their_marks(tmp_path: Path) -> None:
    """A new table replaces the old one; text around it, and tables without figures, stay."""
    figures, page = tmp_path / "results.json", tmp_path / "cost.md"
    ours, theirs = Spent(1, 2, 100, 110), Spent(1, 20, 100, 1100)
    kept = {name: tables.spent_figures(each, ours) for name, each in zip("ab", (ours, theirs))}
    results.merge(tables.ROWS, {**kept, "run": {"rows": 1}}, path=figures)
    marked = "before\n<!-- {0} -->\nold\n<!-- /{0} -->\nafter\n"
    page.write_text(marked.format(tables.ROWS) + marked.format(tables.RULES), "utf-8")
    tables.put(page, tables.tables(figures))
    first, _, second = page.read_text("utf-8").partition("after\n")
    assert "|b|20.00|10.00|1,100|10.00|1,000|" in first.replace(" ", "")
    assert "old" not in first
    assert first.startswith("before\n")
    assert second == marked.format(tables.RULES)


def test_an_overhead_is_shown_in_percent(tmp_path: Path) -> None:
    """Shares are kept, percents are shown."""
    figures = tmp_path / "results.json"
    overhead = Overhead(rate=1000, slower=0.0123, low=0.01, high=0.02, dearer=0.015)
    results.merge(tables.COUNTERS, {"16": tables.overhead_figures(overhead)}, path=figures)
    assert "| 1.23 " in tables.tables(figures)[tables.COUNTERS]
    assert "1.00 to 2.00" in tables.tables(figures)[tables.COUNTERS]
