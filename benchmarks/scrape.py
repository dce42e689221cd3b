"""Claim: a scrape of a model with 1,000 signals and 1,000 labels neither takes long nor disturbs.

/metrics takes less than a second, and while it is scraped every second, the slowest 1 % of
predictions take at most twice as long as before.
"""

import argparse
import json
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import results, servers, wrk
from benchmarks.servers import Contender
from tests.wide import make_wide

CONNECTIONS, EVERY = 4, 1.0
MOST_SECONDS, MOST_TIMES = 1.0, 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures, print them; return 1 if the claim does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scrape", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="with and without (default 5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds per run (default 4)")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    options = parser.parse_args(arguments)
    if not wrk.installed():
        print(wrk.MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        loaded = servers.served(folder, make=make_wide)
        row = loaded.manifest.self_test.instance
        with servers.service(folder) as service:
            body = json.dumps({"instances": [row]})
            figures = _measure(service, body, rounds=options.rounds, seconds=options.seconds)
    results.merge("scrape", figures, path=options.out)
    print(results.table(["what", "figure"], list(figures.items())))
    held = figures["scrape_s"] < MOST_SECONDS and figures["p99_times"] <= MOST_TIMES
    return 0 if held else 1


def _measure(service: Contender, body: str, *, rounds: int, seconds: int) -> dict[str, float]:
    address = service.url.rpartition("/")[0] + "/metrics"
    scrapes: list[tuple[float, int]] = []
    alone, beside = [], []
    wrk.load(service, body, connections=CONNECTIONS, seconds=1)
    for _ in range(rounds):
        alone.append(wrk.load(service, body, connections=CONNECTIONS, seconds=seconds).p99)
        with _scraped(address, scrapes):
            beside.append(wrk.load(service, body, connections=CONNECTIONS, seconds=seconds).p99)
    return {
        "scrape_s": round(median(taken for taken, _ in scrapes), 3),
        "scrape_mb": round(max(size for _, size in scrapes) / 1e6, 1),
        "p99_ms": round(median(alone), 2),
        "p99_scraped_ms": round(median(beside), 2),
        "p99_times": round(median(b / a for a, b in zip(alone, beside, strict=True)), 2),
    }


@contextmanager
def _scraped(address: str, scrapes: list[tuple[float, int]]) -> Iterator[None]:
    """Scrape an address regularly while the block lasts; note the seconds and the bytes."""
    done = threading.Event()

    def scrape() -> None:
        while not done.wait(EVERY):
            started = perf_counter()
            with urllib.request.urlopen(address, timeout=60) as answer:
                size = len(answer.read())
            scrapes.append((perf_counter() - started, size))

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
