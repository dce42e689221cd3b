"""Hold estimates without labels against the truth: `python -m benchmarks.estimate`.

The first model of a history serves to its end; each block is 1,000 rows.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import results
from benchmarks.estimate.blocks import HEADER, WITHIN, Blocks, together
from benchmarks.estimate.cbpe import estimates
from benchmarks.estimate.stream import Stream
from benchmarks.replays.histories import HISTORIES
from benchmarks.replays.scenarios import check_rows, scenarios
from perennial.statistics.counts import Floats
from training.command_line import run

COMMAND = "python -m benchmarks.estimate"
LEAST = 0.95
# Bikes grow so fast that a model of the first winter tells nothing of the second year.
STREAMS = {**HISTORIES, "bikes, a model of 10,000 rows": replace(HISTORIES["bikes"], start=10_000)}


def blocks(stream: Stream, peers: Path | None) -> Blocks:
    """Return the errors in each block of a stream; peers: the Python that has NannyML."""
    truth, ends = stream.means(2), [rows.stop - 1 for rows in stream.blocks]

    def errors(estimated: Floats | float) -> Floats:
        found: Floats = np.abs(estimated - truth) / stream.scale
        return found

    asked = peers is not None and stream.reference.accuracy is not None
    live = stream.values, stream.truths
    return Blocks(
        errors(stream.means(1)),
        errors(stream.accepted),
        errors(estimates(peers, stream.tested, live)) if asked and peers else None,
        stream.unknown[ends],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures and the page; return 1 if the claim does not hold."""
    options = _options(arguments)
    check_rows(STREAMS[name] for name in options.histories)
    rows: list[list[results.Figure]] = []
    figures: dict[str, dict[str, float]] = {}
    for name in options.histories:
        parts = [
            blocks(Stream(scenario, scenario.pipeline.trained()), options.peers)
            for scenario in scenarios(STREAMS[name], options.seeds, options.out)
        ]
        found = together(parts)
        rows.append([name, *found.row()])
        figures[name] = {
            "blocks": len(found.estimate),
            "error": round(float(found.estimate.mean()), 4),
            "unknown": round(float(found.unknown.mean()), 4),
            "held": round(found.held, 4),
        }
        print(f"{name}: {figures[name]}", file=sys.stderr)
    table = results.table(HEADER, rows)
    known = results.RESULTS if options.results is None else options.results
    results.merge("estimate", figures, path=known)
    if options.page is not None:
        results.fill(options.page, {"estimate": table}, command=COMMAND)
    worst = min(found["held"] for found in figures.values())
    print(
        f"{table}\n\nwithin {WITHIN}, or unknown, in at least {worst:.1%}; the claim is {LEAST:.0%}"
    )
    return 0 if worst >= LEAST else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--histories", nargs="+", choices=STREAMS, default=list(STREAMS))
    parser.add_argument("--seeds", type=int, default=3, help="replays of each (default: 3)")
    parser.add_argument("--peers", type=Path, help="python that has NannyML, for CBPE")
    parser.add_argument("--out", type=Path, default=Path("var", "backtest", "all"))
    parser.add_argument("--page", type=Path, help="Markdown with a place for the table")
    parser.add_argument("--results", type=Path, help="JSON to merge into")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(run(main))
