"""The tables of the page come from the figures that were kept."""

from pathlib import Path

from benchmarks import results
from benchmarks.cost import tables
from benchmarks.cost.counters import Overhead
from benchmarks.cost.rows import Spent


def test_contenders_are_compared_with_us(tmp_path: Path) -> None:
    """The quickest stands first; how the run was made is no row."""
    figures = tmp_path / "results.json"
    ours, theirs = Spent(1, 2, 100, 110), Spent(1, 20, 100, 1100)
    kept = {name: tables.spent_figures(each, ours) for name, each in zip("za", (ours, theirs))}
    results.merge(tables.ROWS, {**kept, "run": {"rows": 1}}, path=figures)
    lines = tables.tables(figures)[tables.ROWS].replace(" ", "").splitlines()
    assert lines[2:] == ["|z|2.00|1.00|110|1.00|10|", "|a|20.00|10.00|1,100|10.00|1,000|"]


def test_an_overhead_is_shown_in_percent(tmp_path: Path) -> None:
    """Shares are kept, percents are shown."""
    figures = tmp_path / "results.json"
    slower = {"slower": 0.0123, "low": 0.01, "high": 0.02}
    dearer = {"dearer": 0.015, "dearer_low": 0.012, "dearer_high": 0.03}
    overhead = Overhead(rate=1000, **slower, **dearer)
    results.merge(tables.COUNTERS, {"16": tables.overhead_figures(overhead)}, path=figures)
    assert "| 1.23 " in tables.tables(figures)[tables.COUNTERS]
    assert "1.00 to 2.00" in tables.tables(figures)[tables.COUNTERS]
    assert "1.20 to 3.00" in tables.tables(figures)[tables.COUNTERS]
