"""Measure the cost of monitoring: `python -m benchmarks.cost`; writes tables to docs/cost.md."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import results, servers, wrk
from benchmarks.cost import counters, rows, rules, tables
from benchmarks.cost.contender import OURS

SIGNALS = (10, 100, 1000)
REPLICAS = (1, 10, 50)
PAGE = Path("docs/cost.md")
COMMAND = "python -m benchmarks.cost"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts and write figures and tables; return 1 if a claim does not hold."""
    options = _options(arguments)
    codes = [PARTS[part](options) for part in options.parts]
    made = tables.tables(options.out)
    print("\n\n".join(made.values()))
    if options.page.exists():
        results.fill(options.page, made, command=COMMAND)
    return max(codes)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    defaults = "(default: %(default)s)"
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help=defaults)
    parser.add_argument("--signals", nargs="+", type=int, default=SIGNALS, help=defaults)
    parser.add_argument("--replicas", nargs="+", type=int, default=REPLICAS, help=defaults)
    parser.add_argument(
        "--seconds", type=float, default=130, help=f"to watch the rules of each size {defaults}"
    )
    parser.add_argument(
        "--samples", type=float, default=8e7, help=f"of raw history to write at most {defaults}"
    )
    parser.add_argument(
        "--rounds", type=int, default=20, help=f"of the service's load, 4 runs each {defaults}"
    )
    parser.add_argument("--load-seconds", type=int, default=2, help=f"of one such run {defaults}")
    parser.add_argument("--rows", type=int, default=1_000_000, help=defaults)
    parser.add_argument("--row-rounds", type=int, default=3, help=f"of the rows {defaults}")
    parser.add_argument("--bundle", type=Path, help=servers.BUNDLE_HELP)
    parser.add_argument("--out", type=Path, default=results.RESULTS, help=f"JSON {defaults}")
    parser.add_argument("--page", type=Path, default=PAGE, help=f"with the tables {defaults}")
    return parser.parse_args(arguments)


def _rules(options: argparse.Namespace) -> int:
    held = True
    for signals in options.signals:
        for replicas in options.replicas:
            print(f"{signals} signals, {replicas} replicas", file=sys.stderr)
            with tempfile.TemporaryDirectory() as folder:
                cost = rules.measure(
                    signals,
                    replicas=replicas,
                    seconds=options.seconds,
                    most_samples=options.samples,
                    folder=Path(folder),
                )
            figures = tables.rule_figures(cost)
            name = f"{tables.RULES}_{signals}x{replicas}"
            results.merge(name, {**figures, "cores_here": os.cpu_count() or 0}, path=options.out)
            held = held and figures["missed"] == 0
    return 0 if held else 1


def _counters(options: argparse.Namespace) -> int:
    if not wrk.installed():
        print(wrk.MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        found = counters.measure(
            Path(folder), options.bundle, rounds=options.rounds, seconds=options.load_seconds
        )
    figures = {str(number): tables.overhead_figures(each) for number, each in found.items()}
    of = {"rounds": options.rounds, "seconds": options.load_seconds, "cores": os.cpu_count() or 0}
    results.merge(tables.COUNTERS, {**figures, "run": of}, path=options.out)
    return 0 if all(each.slower < counters.MOST for each in found.values()) else 1


def _rows(options: argparse.Namespace) -> int:
    if not rows.PEERS.exists():
        print(rows.MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows.write(folder, servers.served(folder, options.bundle), rows=options.rows)
        found = rows.measure(folder, rounds=options.row_rounds)
    figures = {each: tables.spent_figures(spent, found[OURS]) for each, spent in found.items()}
    of = {"rows": options.rows, "rounds": options.row_rounds, "cores": os.cpu_count() or 0}
    results.merge(tables.ROWS, {**figures, "run": of}, path=options.out)
    return 0


Part = Callable[[argparse.Namespace], int]
PARTS: dict[str, Part] = {"rules": _rules, "counters": _counters, "rows": _rows}


if __name__ == "__main__":
    sys.exit(main())
