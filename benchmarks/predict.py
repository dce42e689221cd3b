"""Claim: /predict with everything on keeps up with a raw ASGI app that only runs the model.

Both run under uvicorn on this machine, in turns, with the same model and the same request: one
image as JSON. Everything on is validation, ids, counted signals, HTTP metrics, request ids and
every prediction stored in SQLite. The ratio is that of the medians over the rounds.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import results
from demo.processes import free_port
from service import bundle
from service.bundle import Bundle
from tests import bundles

DEFAULT_BUNDLE = Path("artifacts/digits/bundle")
SCRIPT = Path(__file__).with_name("predict.lua")
CONNECTIONS = (1, 16, 64)
LEAST = 0.7
START_SECONDS = 60


@dataclass(frozen=True)
class Round:
    """One run of wrk: answers a second, and latency in milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Contender:
    """A server under test."""

    name: str
    url: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures, print the table; 1 where the claim does not hold."""
    options = _options(arguments)
    if shutil.which("wrk") is None:
        print("wrk is missing: install Debian's package 'wrk'", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        loaded = _bundle(folder, options.bundle)
        body = json.dumps({"instances": [loaded.manifest.self_test.instance]})
        contenders = [
            stack.enter_context(_baseline(folder, loaded)),
            stack.enter_context(_service(folder, loaded)),
        ]
        rounds = _measure(contenders, body, rounds=options.rounds, seconds=options.seconds)
    figures = _figures(rounds)
    about = {"model": loaded.manifest.framework, "cores": os.cpu_count() or 0}
    of = {"rounds": options.rounds, "seconds": options.seconds, **about}
    results.merge("predict", {**figures, "run": of}, path=options.out)
    print(_table(figures))
    ratio = figures["16"]["ratio"]
    held = ratio >= options.least
    print(f"\nratio at 16 connections: {ratio:.2f}, at least {options.least} is claimed")
    return 0 if held else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.predict", description=__doc__)
    parser.add_argument(
        "--bundle",
        type=Path,
        help=f"bundle to serve (default: {DEFAULT_BUNDLE} if it is there, else that of the tests)",
    )
    parser.add_argument("--seconds", type=int, default=4, help="of one run (default 4)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--least", type=float, default=LEAST, help="ratio that must be reached")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    return parser.parse_args(arguments)


def _bundle(folder: Path, given: Path | None) -> Bundle:
    target = folder / "bundles" / "served"
    source = given or (DEFAULT_BUNDLE if DEFAULT_BUNDLE.is_dir() else None)
    if source is None:
        bundles.make_bundle(target)
    else:
        shutil.copytree(source, target)
    bundles.production(folder / "bundles", target)
    return bundle.load(target)


@contextmanager
def _baseline(folder: Path, loaded: Bundle) -> Iterator[Contender]:
    command = [
        "uvicorn",
        "benchmarks.baseline:create",
        "--factory",
        "--http",
        "httptools",
        "--lifespan",
        "off",
    ]
    quiet = ["--no-access-log", "--no-proxy-headers", "--log-level", "warning"]
    port = free_port()
    environment = {"BASELINE_MODEL": str(loaded.model)}
    with _process([*command, *quiet, "--port", str(port)], folder, environment, port):
        yield Contender("raw ASGI", f"http://127.0.0.1:{port}/predict")


@contextmanager
def _service(folder: Path, loaded: Bundle) -> Iterator[Contender]:
    port = free_port()
    environment = {
        "PERENNIAL_BUNDLES": str(folder / "bundles"),
        "PERENNIAL_DATABASE_URL": f"sqlite:///{folder / 'service.db'}",
        "PERENNIAL_PORT": str(port),
    }
    with _process(["service"], folder, environment, port):
        yield Contender("service", f"http://127.0.0.1:{port}/predict")


@contextmanager
def _process(
    module: list[str], folder: Path, environment: dict[str, str], port: int
) -> Iterator[None]:
    path = folder / f"{port}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(port, process, path)
            yield
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not start: {log.read_text()}")


Rounds = dict[tuple[str, int], list[Round]]


def _measure(contenders: list[Contender], body: str, *, rounds: int, seconds: int) -> Rounds:
    found: Rounds = {}
    for contender in contenders:
        _wrk(contender, body, connections=16, seconds=1)
    for number in range(rounds):
        for connections in CONNECTIONS:
            for contender in contenders:
                one = _wrk(contender, body, connections=connections, seconds=seconds)
                found.setdefault((contender.name, connections), []).append(one)
                text = f"{contender.name} with {connections} connections: {one.rate:,.0f}/s"
                print(f"round {number + 1}/{rounds}: {text}", file=sys.stderr)
    return found


def _wrk(contender: Contender, body: str, *, connections: int, seconds: int) -> Round:
    _check(contender.url, body)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), contender.url]
    environment = {**os.environ, "BODY": body}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    if figures["failed"]:
        raise RuntimeError(f"{contender.name}: {figures['failed']} requests failed")
    return Round(figures["requests"] / figures["seconds"], figures["p50"], figures["p99"])


def _check(url: str, body: str) -> None:
    request = urllib.request.Request(url, data=body.encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        predictions = json.load(answer)["predictions"]
    assert len(predictions) == 1 and "label" in predictions[0], predictions


def _figures(rounds: Rounds) -> dict[str, dict[str, float]]:
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
        }
    return figures


def _table(figures: dict[str, dict[str, float]]) -> str:
    header = ["connections", "raw ASGI, 1/s", "service, 1/s", "ratio", "raw p99, ms", "p99, ms"]
    return results.table(header, [[name, *row.values()] for name, row in figures.items()])


if __name__ == "__main__":
    sys.exit(main())
