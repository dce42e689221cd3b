"""Claim: with API keys, /predict has at least 0.97 of the throughput that it has without.

The service runs twice, with a file of keys and without one, and wrk loads both alternately: with,
without, without, with, and in reverse in every second round. Each round starts both anew, because
two processes of one program differ by some percent for their whole lifetime. Server and wrk have a
core each where `taskset` is there. The ratio is the median over rounds with its bootstrap interval.
The CPU seconds of a response measure the same without the machine's other work.
"""

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import numpy as np
import psutil

from benchmarks import results, servers, wrk
from benchmarks.servers import Contender

CONNECTIONS = (1, 16, 64)
LEAST = 0.97
SERVER, CLIENT = 0, 1  # cores
_RESAMPLES = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures, print the table; return 1 if the claim does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keys", description=__doc__)
    parser.add_argument("--bundle", type=Path, help=servers.BUNDLE_HELP)
    parser.add_argument("--rounds", type=int, default=12, help="pairs of processes (default 12)")
    parser.add_argument("--seconds", type=int, default=2, help="seconds per run (default 2)")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    options = parser.parse_args(arguments)
    if not wrk.installed():
        print(wrk.MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        loaded = servers.served(Path(name), options.bundle)
        body = json.dumps({"instances": [loaded.manifest.self_test.instance]})
        found = _measure(Path(name), body, rounds=options.rounds, seconds=options.seconds)
    figures: dict[str, dict[str, float]] = {}
    for connections, each in found.items():
        figures[str(connections)] = ratio(each.rates)
        figures[f"{connections}, per CPU second"] = ratio(each.per_cpu)
    run = {"rounds": options.rounds, "seconds": options.seconds, "cores": os.cpu_count() or 0}
    results.merge("keys", {**figures, "run": run}, path=options.out)
    rows: list[list[results.Figure]] = [[name, *row.values()] for name, row in figures.items()]
    header = ["connections", "with keys, 1/s", "without, 1/s", "ratio", "from", "to"]
    print(results.table(header, rows))
    worst = min(figures[str(connections)]["ratio"] for connections in CONNECTIONS)
    print(f"\nthe lowest ratio is {worst:.3f}, the claim is at least {LEAST}")
    return 0 if worst >= LEAST else 1


# With and without keys: responses a second, or responses per CPU second.
Pairs = list[tuple[float, float]]


@dataclass(frozen=True)
class Rates:
    """What was measured at a number of connections, a pair for each round."""

    rates: Pairs = field(default_factory=list)
    per_cpu: Pairs = field(default_factory=list)


def _measure(folder: Path, body: str, *, rounds: int, seconds: int) -> dict[int, Rates]:
    """Return each round's figures by the number of connections."""
    found = {connections: Rates() for connections in CONNECTIONS}
    for number in range(rounds):
        keys = [secrets.token_urlsafe(32), ""]
        with ExitStack() as stack:
            contenders = [
                stack.enter_context(servers.service(folder, key=key, core=SERVER))
                for key in (keys if number % 2 == 0 else reversed(keys))
            ]
            for contender in contenders:
                wrk.load(contender, body, connections=16, seconds=1, core=CLIENT)
            for connections in CONNECTIONS:
                turns: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
                for contender in (*contenders, *reversed(contenders)):
                    turn = _turn(contender, body, connections=connections, seconds=seconds)
                    turns[bool(contender.key)].append(turn)
                (rate, cpu), (rate_0, cpu_0) = (
                    map(fmean, zip(*turns[keyed], strict=True)) for keyed in (True, False)
                )
                found[connections].rates.append((rate, rate_0))
                found[connections].per_cpu.append((cpu, cpu_0))
                text = f"{connections} connections: {rate / rate_0:.3f}, CPU {cpu / cpu_0:.3f}"
                print(f"round {number + 1}/{rounds}, {text}", file=sys.stderr)
    return found


def _turn(
    contender: Contender, body: str, *, connections: int, seconds: int
) -> tuple[float, float]:
    """Return a run's responses a second, and per CPU second of the server."""
    process = psutil.Process(contender.pid)
    before = sum(process.cpu_times()[:2])
    one = wrk.load(contender, body, connections=connections, seconds=seconds, core=CLIENT)
    time.sleep(0.2)  # Storing the waiting predictions is part of this run.
    return one.rate, one.requests / (sum(process.cpu_times()[:2]) - before)


def ratio(pairs: Pairs, *, seed: int = 0) -> dict[str, float]:
    """Return the medians over rounds, and the ratio's 95 % interval.

    >>> ratio([(97.0, 100.0), (98.0, 100.0), (99.0, 100.0)])["ratio"]
    0.98
    """
    rates = np.array(pairs)
    found = rates[:, 0] / rates[:, 1]
    draws = np.random.default_rng(seed).integers(0, len(found), size=(_RESAMPLES, len(found)))
    low, high = np.quantile(np.median(found[draws], axis=1), [0.025, 0.975])
    return {
        "with_per_second": round(float(np.median(rates[:, 0])), 1),
        "without_per_second": round(float(np.median(rates[:, 1])), 1),
        "ratio": round(float(np.median(found)), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
