"""Claim: /predict with all features keeps up with a raw ASGI app that only runs the model.

Both run alternately under uvicorn on this machine, with the same model and the same request: one
instance as JSON, an image of digits, a table's row of 14 columns, a text of 60 words or a colour
picture of 32 by 32 pixels, as lists of numbers. All features means validation, ids, signal
counters, HTTP metrics, request ids and every prediction stored in SQLite. The ratio is that of the
medians over the rounds. The model's own share of a request is the time that ONNX Runtime takes for
its row over the time between two answers: for the service in a batch of as many rows as there are
connections, for the raw application alone.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import kinds, results, servers, wrk
from benchmarks.servers import Contender
from benchmarks.wrk import Round
from perennial.bundle import Bundle
from perennial.bundle.predictor import Predictor

CONNECTIONS = (1, 16, 64)
DEFAULT = "image"
LEAST = 0.7
REPEATS = 500  # batches whose median is the model's time


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures, print the table; return 1 if the claim does not hold."""
    options = _options(arguments)
    if not wrk.installed():
        print(wrk.MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        loaded = servers.served(folder, options.bundle, kinds.KINDS.get(options.kind))
        body = json.dumps({"instances": [_listed(loaded.manifest.self_test.instance)]})
        contenders = [
            stack.enter_context(servers.raw_asgi(folder, loaded)),
            stack.enter_context(servers.service(folder)),
        ]
        rounds = _measure(contenders, body, rounds=options.rounds, seconds=options.seconds)
        model = {connections: _model_seconds(loaded, connections) for connections in CONNECTIONS}
    figures = _figures(rounds, model)
    about = {"model": loaded.manifest.framework, "cores": os.cpu_count() or 0}
    of = {"rounds": options.rounds, "seconds": options.seconds, **about}
    name = "predict" if options.kind == DEFAULT else f"predict_{options.kind}"
    results.merge(name, {**figures, "run": of}, path=options.out)
    print(_table(figures))
    ratio = figures["16"]["ratio"]
    held = ratio >= options.least
    print(f"\nratio at 16 connections: {ratio:.2f}, the claim is at least {options.least}")
    return 0 if held else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.predict", description=__doc__)
    choices = [DEFAULT, *kinds.KINDS]
    parser.add_argument("--kind", choices=choices, default=DEFAULT, help="of the rows")
    parser.add_argument("--bundle", type=Path, help=servers.BUNDLE_HELP)
    parser.add_argument("--seconds", type=int, default=4, help="seconds per run (default 4)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each server (default 3)")
    parser.add_argument("--least", type=float, default=LEAST, help="minimum ratio")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    return parser.parse_args(arguments)


def _listed(instance: Any) -> Any:
    """Return a table's row as a list of values; every other instance as it is."""
    return list(instance.values()) if isinstance(instance, dict) else instance


Rounds = dict[tuple[str, int], list[Round]]


def _measure(contenders: list[Contender], body: str, *, rounds: int, seconds: int) -> Rounds:
    found: Rounds = {}
    for contender in contenders:
        wrk.load(contender, body, connections=16, seconds=1)
    for number in range(rounds):
        for connections in CONNECTIONS:
            for contender in contenders:
                one = wrk.load(contender, body, connections=connections, seconds=seconds)
                found.setdefault((contender.name, connections), []).append(one)
                text = f"{contender.name} with {connections} connections: {one.rate:,.0f}/s"
                print(f"round {number + 1}/{rounds}: {text}", file=sys.stderr)
    return found


def _model_seconds(loaded: Bundle, rows: int) -> float:
    """Return the seconds that the model takes for a row, in a batch of so many."""
    predictor = Predictor(loaded)
    batch = np.repeat(predictor.test_row, rows, axis=0)
    spent = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        predictor.predict(batch)
        spent.append(time.perf_counter() - started)
    return median(spent) / rows


def _figures(rounds: Rounds, model: dict[int, float]) -> dict[str, dict[str, float]]:
    figures = {}
    for connections in CONNECTIONS:
        raw, ours = rounds["raw ASGI", connections], rounds["service", connections]
        rates = [median(r.rate for r in each) for each in (raw, ours)]
        figures[str(connections)] = {
            "raw_per_second": round(rates[0], 1),
            "service_per_second": round(rates[1], 1),
            "ratio": round(rates[1] / rates[0], 3),
            "raw_p99_ms": round(median(r.p99 for r in raw), 2),
            "service_p99_ms": round(median(r.p99 for r in ours), 2),
            "raw_model_share": round(model[1] * rates[0], 3),
            "service_model_share": round(model[connections] * rates[1], 3),
        }
    return figures


def _table(figures: dict[str, dict[str, float]]) -> str:
    header = ["connections", "raw ASGI, 1/s", "service, 1/s", "ratio", "raw p99, ms", "p99, ms"]
    header += ["of raw: model", "of service: model"]
    return results.table(header, [[name, *row.values()] for name, row in figures.items()])


if __name__ == "__main__":
    sys.exit(main())
