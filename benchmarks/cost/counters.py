"""Claim: counting every signal of every prediction costs the service under 3 % of its throughput.

The service runs twice, once with counters that count nothing, and wrk loads both alternately: on,
off, off, on, and in reverse in every second round. So neither a trend of the machine nor the order
affects the ratio. Each round restarts both, because two processes of one program differ by some
percent for their whole lifetime. The interval is a bootstrap over rounds. CPU seconds per request
measure the same without the machine's other work.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

import numpy as np
import psutil

from benchmarks import servers, wrk
from benchmarks.servers import Contender

CONNECTIONS = (1, 16, 64)
MOST = 0.03
COUNTED, UNCOUNTED = "service", "benchmarks.cost.uncounted"
_RESAMPLES = 10_000


@dataclass(frozen=True)
class Turn:
    """One run of wrk: responses per second, and the server's CPU seconds per response."""

    rate: float
    spent: float


@dataclass(frozen=True)
class Pair:
    """The results of one round, with and without counters."""

    counted: tuple[Turn, ...]
    uncounted: tuple[Turn, ...]

    @property
    def slower(self) -> float:
        """Return the share of throughput that counting takes."""
        return 1 - fmean(t.rate for t in self.counted) / fmean(t.rate for t in self.uncounted)

    @property
    def dearer(self) -> float:
        """Return the share of CPU time that counting adds to a response."""
        return fmean(t.spent for t in self.counted) / fmean(t.spent for t in self.uncounted) - 1


@dataclass(frozen=True)
class Overhead:
    """The cost of counting at a number of connections, as shares with 95 % intervals."""

    rate: float
    slower: float
    low: float
    high: float
    dearer: float
    dearer_low: float
    dearer_high: float


def measure(folder: Path, bundle: Path | None, *, rounds: int, seconds: int) -> dict[int, Overhead]:
    """Return the overhead by number of connections.

    bundle: to serve, or None for the default.  seconds: of each of a round's four runs.
    """
    loaded = servers.served(folder, bundle)
    body = json.dumps({"instances": [loaded.manifest.self_test.instance]})
    found: dict[int, list[Pair]] = {each: [] for each in CONNECTIONS}
    for number in range(rounds):
        order = (COUNTED, UNCOUNTED) if number % 2 == 0 else (UNCOUNTED, COUNTED)
        with _running(folder, order, body) as contenders:
            for connections in CONNECTIONS:
                pair = _round(contenders, body, connections=connections, seconds=seconds)
                found[connections].append(pair)
                text = f"{connections} connections: {100 * pair.slower:+.1f} % of throughput"
                print(f"round {number + 1}/{rounds}, {text}", file=sys.stderr)
    return {connections: overhead(pairs) for connections, pairs in found.items()}


@contextmanager
def _running(folder: Path, modules: Sequence[str], body: str) -> Iterator[list[Contender]]:
    """Start these modules' services in this order, and warm them up."""
    with ExitStack() as stack:
        contenders = [
            stack.enter_context(servers.service(folder, name=module, module=module))
            for module in modules
        ]
        for contender in contenders:
            wrk.load(contender, body, connections=16, seconds=1)
        yield contenders


def overhead(pairs: Sequence[Pair], *, seed: int = 0) -> Overhead:
    """Return the medians over rounds, with their intervals."""
    slower, low, high = _median([pair.slower for pair in pairs], seed)
    dearer, dearer_low, dearer_high = _median([pair.dearer for pair in pairs], seed)
    return Overhead(
        rate=median(turn.rate for pair in pairs for turn in pair.counted),
        slower=slower,
        low=low,
        high=high,
        dearer=dearer,
        dearer_low=dearer_low,
        dearer_high=dearer_high,
    )


def _median(shares: Sequence[float], seed: int) -> tuple[float, float, float]:
    """Return the median and its bootstrap interval."""
    found = np.array(shares)
    draws = np.random.default_rng(seed).integers(0, len(found), size=(_RESAMPLES, len(found)))
    low, high = np.quantile(np.median(found[draws], axis=1), [0.025, 0.975])
    return float(np.median(found)), float(low), float(high)


def _round(contenders: Sequence[Contender], body: str, *, connections: int, seconds: int) -> Pair:
    turns: dict[str, list[Turn]] = {COUNTED: [], UNCOUNTED: []}
    for contender in (*contenders, *reversed(contenders)):
        turn = _turn(contender, body, connections=connections, seconds=seconds)
        turns[contender.name].append(turn)
    return Pair(counted=tuple(turns[COUNTED]), uncounted=tuple(turns[UNCOUNTED]))


def _turn(contender: Contender, body: str, *, connections: int, seconds: int) -> Turn:
    process = psutil.Process(contender.pid)
    before = _spent(process)
    one = wrk.load(contender, body, connections=connections, seconds=seconds)
    time.sleep(0.2)  # Storing the waiting predictions is part of this run.
    return Turn(one.rate, (_spent(process) - before) / one.requests)


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
