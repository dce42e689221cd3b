"""Claim: /predict has at least 0.97 of the throughput that it had at another revision.

`python -m benchmarks.revision REV` checks the revision out beside this tree and runs both services
with the same small model. In every round both start anew, in turns of order, and at each number of
connections wrk loads both: service and load of one are stopped while the other's run, ten times a
second, so that both see the same machine. A round's ratio is that of its responses; the interval is
Student's, of the logarithms of the rounds' ratios.
"""

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import fmean, stdev

from scipy import stats

from benchmarks import results, wrk
from demo.processes import free_port

CONNECTIONS = (1, 16, 64)
LEAST = 0.97
SLICE = 0.1  # seconds
START_SECONDS = 60
_MAKE = "import pathlib, sys; from tests import bundles; "
_MAKE += "path = pathlib.Path(sys.argv[1]); bundles.make_bundle(path / 'served'); "
_MAKE += "bundles.production(path, path / 'served')"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures, print the table; return 1 if the claim does not hold."""
    options = _options(arguments)
    if not wrk.installed():
        print(wrk.MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name, _checkout(options.revision, Path(name)) as before:
        trees = {"before": before, "now": Path.cwd()}
        for which, tree in trees.items():
            bundles = Path(name, which)
            bundles.mkdir()
            subprocess.run([sys.executable, "-c", _MAKE, str(bundles)], cwd=tree, check=True)
        found: dict[int, list[float]] = {connections: [] for connections in CONNECTIONS}
        for number in range(options.rounds):
            _round(number, trees, Path(name), found, options)
    figures = {str(connections): ratio(each) for connections, each in found.items()}
    run = {"before": options.revision, "rounds": options.rounds, "pairs": options.pairs}
    run |= {"seconds": options.seconds, "cores": os.cpu_count() or 0}
    results.merge("revision", {**figures, "run": run}, path=options.out)
    rows: list[list[results.Figure]] = [[name, *row.values()] for name, row in figures.items()]
    print(results.table(["connections", "now / before", "from", "to"], rows))
    worst = min(each["low"] for each in figures.values())
    print(f"\nthe lowest lower bound is {worst:.3f}, the claim is at least {LEAST}")
    return 0 if worst >= LEAST else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.revision", description=__doc__)
    parser.add_argument("revision", help="to compare this tree with")
    parser.add_argument("--rounds", type=int, default=8, help="pairs of processes (default 8)")
    parser.add_argument("--pairs", type=int, default=4, help="pairs of loads a round (default 4)")
    parser.add_argument("--seconds", type=int, default=4, help="of a pair of loads (default 4)")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    return parser.parse_args(arguments)


@contextmanager
def _checkout(revision: str, folder: Path) -> Iterator[Path]:
    tree = folder / "tree"
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, revision], check=True)
    try:
        yield tree
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", tree], check=True)


def _round(
    number: int,
    trees: dict[str, Path],
    folder: Path,
    found: dict[int, list[float]],
    options: argparse.Namespace,
) -> None:
    names = list(trees) if number % 2 == 0 else list(reversed(trees))
    body = json.dumps({"instances": [_instance(folder)]})
    with ExitStack() as stack:
        services = {
            name: stack.enter_context(_service(trees[name], folder / name, folder))
            for name in names
        }
        for connections in CONNECTIONS:
            responses = dict.fromkeys(names, 0)
            for pair in range(options.pairs):
                order = names if pair % 2 == 0 else names[::-1]
                got = _pair(order, services, body, connections, options.seconds)
                responses = {name: responses[name] + got[name] for name in names}
            found[connections].append(responses["now"] / responses["before"])
            text = f"{connections} connections: {found[connections][-1]:.3f}"
            print(f"round {number + 1}/{options.rounds}, {text}", file=sys.stderr)


def _instance(folder: Path) -> object:
    manifest = json.loads((folder / "now" / "served" / "manifest.json").read_text())
    return manifest["self_test"]["instance"]


Service = tuple["subprocess.Popen[bytes]", int]


@contextmanager
def _service(tree: Path, bundles: Path, folder: Path) -> Iterator[Service]:
    port = free_port()
    environment = {
        **os.environ,
        "PERENNIAL_BUNDLES": str(bundles),
        "PERENNIAL_DATABASE_URL": f"sqlite:///{folder / f'{port}.db'}",
        "PERENNIAL_PORT": str(port),
    }
    with (folder / f"{port}.log").open("wb") as log:
        command = [sys.executable, "-m", "service"]
        process = subprocess.Popen(command, cwd=tree, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, port)
            yield process, port
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(START_SECONDS)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    command = ["curl", "--silent", "--fail", f"http://127.0.0.1:{port}/health"]
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not start")


def _pair(
    order: Sequence[str], services: dict[str, Service], body: str, connections: int, seconds: int
) -> dict[str, int]:
    """Return the responses of each service to two loads that run in turns."""
    loads = {name: _load(services[name][1], body, connections, seconds) for name in order}
    pids = {name: (services[name][0].pid, loads[name].pid) for name in order}
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end:
        for name in order:
            _signal(pids[name], signal.SIGCONT if name == order[turn % 2] else signal.SIGSTOP)
        time.sleep(SLICE)
        turn += 1
    for name in order:
        _signal(pids[name], signal.SIGCONT)
    return {name: _responses(name, load) for name, load in loads.items()}


def _load(port: int, body: str, connections: int, seconds: int) -> "subprocess.Popen[str]":
    url = f"http://127.0.0.1:{port}/predict"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(wrk.SCRIPT), url]
    environment = {**os.environ, "BODY": body}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _responses(name: str, load: "subprocess.Popen[str]") -> int:
    output, _ = load.communicate()
    figures = json.loads(output.splitlines()[-1])
    if load.returncode or figures["failed"]:
        raise RuntimeError(f"{name}: {figures['failed']} requests failed")
    return int(figures["requests"])


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)


def ratio(found: Sequence[float]) -> dict[str, float]:
    """Return the geometric mean of the rounds' ratios with its 95 % interval.

    >>> ratio([0.99, 1.0, 1.01])
    {'ratio': 1.0, 'low': 0.975, 'high': 1.025}
    """
    logs = [math.log(each) for each in found]
    half = float(stats.t.ppf(0.975, len(logs) - 1)) * stdev(logs) / math.sqrt(len(logs))
    bounds = (fmean(logs), fmean(logs) - half, fmean(logs) + half)
    names = ("ratio", "low", "high")
    return {name: round(math.exp(each), 3) for name, each in zip(names, bounds, strict=True)}


if __name__ == "__main__":
    sys.exit(main())
