"""The tables of docs/cost.md, generated from the stored figures."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import results
from benchmarks.cost.counters import Overhead
from benchmarks.cost.rows import Spent
from benchmarks.cost.rules import Cost
from benchmarks.results import Figure

RULES, COUNTERS, ROWS = "cost_rules", "cost_counters", "cost_rows"
Row = Mapping[str, Figure]
Rows = Mapping[str, Row]


def rule_figures(cost: Cost) -> dict[str, Figure]:
    """Return the stored figures of one size."""
    spent, slowest = cost.watched.evaluations.groups(), cost.watched.evaluations.slowest()
    own = cost.watched.own
    return {
        "signals": cost.signals,
        "replicas": cost.replicas,
        "series": int(own["prometheus_tsdb_head_series"]),
        "resident_mib": round(cost.watched.resident / 2**20),
        "cores": round(cost.watched.cores, 4),
        "scrape_s": round(cost.scrape, 3),
        "rules_cores": round(cost.watched.evaluations.load(), 4),
        "slowest": slowest,
        "slowest_s": round(spent[slowest], 3),
        "slowest_interval_s": cost.watched.evaluations.intervals[slowest],
        "missed": int(own["prometheus_rule_group_iterations_missed_total"]),
        "past_h": round(cost.past / 3600, 2),
        "past_whole": str(cost.whole),
        **{f"{group}_s": round(taken, 4) for group, taken in spent.items()},
    }


def overhead_figures(overhead: Overhead) -> dict[str, Figure]:
    """Return the stored figures of one number of connections."""
    return {name: round(value, 4) for name, value in vars(overhead).items()}


def spent_figures(spent: Spent, ours: Spent) -> dict[str, Figure]:
    """Return the stored figures of one contender, with its ratios to ours."""
    return {
        **{name: round(value, 2) for name, value in vars(spent).items()},
        "times_s": round(spent.s / ours.s, 1),
        "times_mib": round(spent.peak_mib / ours.peak_mib, 1),
    }


def tables(path: Path) -> dict[str, str]:
    """Return each part's table as Markdown, for all figures in `path`."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    made: dict[str, tuple[Callable[[Rows], str], Rows]] = {
        RULES: (_rules, {name: row for name, row in kept.items() if name.startswith(RULES)}),
        COUNTERS: (_counters, _without_run(kept.get(COUNTERS, {}))),
        ROWS: (_rows, _without_run(kept.get(ROWS, {}))),
    }
    return {name: table(rows) for name, (table, rows) in made.items() if rows}


def _without_run(rows: Rows) -> Rows:
    return {name: row for name, row in rows.items() if name != "run"}


def _rules(rows: Rows) -> str:
    header = ["signals", "replicas", "series", "memory, MiB", "cores", "of these rules"]
    header += ["slowest group, s", "every, s", "scrape, s", "missed"]
    ordered = sorted(rows.values(), key=lambda row: (row["signals"], row["replicas"]))
    return results.table(
        header,
        [
            [
                f"{row['signals']:,}",
                row["replicas"],
                f"{row['series']:,}",
                f"{row['resident_mib']:,}",
                f"{float(row['cores']):.2g}",
                f"{float(row['rules_cores']):.2g}",
                f"{float(row['slowest_s']):.2g} ({row['slowest']})",
                f"{row['slowest_interval_s']:g}",
                f"{float(row['scrape_s']):.2g}",
                row["missed"],
            ]
            for row in ordered
        ],
    )


def _counters(rows: Rows) -> str:
    header = ["connections", "1/s, counters on", "throughput lost, %", "95 %"]
    header += ["processor time, %", "95 %"]
    return results.table(
        header,
        [
            [
                name,
                f"{row['rate']:,.0f}",
                100 * float(row["slower"]),
                f"{100 * float(row['low']):.2f} to {100 * float(row['high']):.2f}",
                100 * float(row["dearer"]),
                f"{100 * float(row['dearer_low']):.2f} to {100 * float(row['dearer_high']):.2f}",
            ]
            for name, row in rows.items()
        ],
    )


def _rows(rows: Rows) -> str:
    header = ["", "s", "times ours", "memory at most, MiB", "times ours", "beside the rows, MiB"]
    return results.table(
        header,
        [
            [
                name,
                float(row["s"]),
                float(row["times_s"]),
                f"{float(row['peak_mib']):,.0f}",
                float(row["times_mib"]),
                f"{float(row['peak_mib']) - float(row['loaded_mib']):,.0f}",
            ]
            for name, row in sorted(rows.items(), key=lambda item: float(item[1]["s"]))
        ],
    )
