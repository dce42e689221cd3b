"""Measure what trackers cost a training, for docs/trackers.md: `python -m benchmarks.tracking`.

The tracking study's two trainings, with no tracker and with each, in turns. In one process, so that
libraries and data are loaded before the clock starts; each tracker's own process starts after it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import results
from benchmarks.tracked_work import WORK, Figures, Train
from tests.training.trackers import wandb_file
from tests.training.trackers.mlflow_server import mlflow_server
from training.trackers.sender import Command, interpreter, send_command
from training.trackers.spooled import SpooledRun
from training.trackers.state import State

NONE = "none"
PLAIN, LOCAL, SERVER, WANDB = "DVCLive", "MLflow, files", "MLflow, server", "W&B, offline"
# The trackers of each row of the tables.
NAMES: Mapping[str, str] = {PLAIN: "dvclive", LOCAL: "mlflow", SERVER: "mlflow", WANDB: "wandb"}
# The published total times, divided by that without a tracker.
PUBLISHED: Mapping[str, Mapping[str, float]] = {
    "text": {SERVER: 20.9, WANDB: 48.7},
    "images": {SERVER: 1.13, WANDB: 1.17},
}
LIMITS = {"text": 1.30, "images": 1.05}  # of training's time, divided by that without a tracker
COMMAND = "python -m benchmarks.tracking"


@dataclass(frozen=True)
class Measured:
    """One run. training: seconds until the model and its figures are there.

    total: seconds until the tracker has everything and its process has ended.
    training_cpu, total_cpu: the same in seconds of processors; the first of training alone.
    """

    training: float
    total: float
    training_cpu: float
    total_cpu: float
    figures: Figures


def measure(train: Train, tracker: str, folder: Path, addresses: Mapping[str, str]) -> Measured:
    """Run one training with a tracker. addresses: of MLflow, by row of the tables.

    Raises RuntimeError if the tracker has no or other figures.
    """
    names = () if tracker == NONE else (NAMES[tracker],)
    cpu, own, started = _cpu(), time.process_time(), time.perf_counter()
    run = SpooledRun(
        folder,
        names,
        task="tracking",
        parameters={"seed": 7},
        links={},
        command=_command(folder, addresses.get(tracker, "")),
    )
    figures = train(run)
    run.end()
    trained, own = time.perf_counter(), time.process_time() - own
    run.finish(wait=120)
    ended, used = time.perf_counter(), _cpu() - cpu
    if names and (found := _read(tracker, folder, addresses)) != dict(figures):
        raise RuntimeError(f"{tracker}: has {found}, expected {dict(figures)}")
    return Measured(trained - started, ended - started, own, used, figures)


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _command(folder: Path, address: str) -> Command:
    """Return how to start a sender, which keeps its files beside the run's folder."""
    own = [f"MLFLOW_TRACKING_URI={address}"] if address else []
    own += [f"WANDB_DIR={folder}/wandb", "WANDB_MODE=offline"]
    return lambda run, tracker: ["env", *own, *send_command(run, tracker)]


def _read(tracker: str, folder: Path, addresses: Mapping[str, str]) -> Figures:
    """Return the figures of the last step as the tracker has them."""
    if tracker == PLAIN:
        found = json.loads((folder / "dvclive" / "metrics.json").read_text())
        return {name: value for name, value in found.items() if name != "step"}
    run = State.read(folder, NAMES[tracker]).known
    if tracker == SERVER:
        url = f"{addresses[SERVER]}/api/2.0/mlflow/runs/get?run_id={run}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            document = json.load(answer)
        found = {one["key"]: one["value"] for one in document["run"]["data"]["metrics"]}
        return {name: value for name, value in found.items() if not name.startswith("system/")}
    if tracker == LOCAL:
        [kept] = Path(addresses[LOCAL]).glob(f"*/{run}/metrics")
        files = [file for file in kept.iterdir() if file.is_file()]
        return {file.name: float(file.read_text().split()[-2]) for file in files}
    return _read_wandb(folder)


def _read_wandb(folder: Path) -> Figures:
    """Return what the file of an offline run has."""
    [file] = (folder / "wandb").rglob("*.wandb")
    command = [interpreter("wandb"), wandb_file.__file__, str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Figures = json.loads(done.stdout)
    return found


def rounds(
    train: Train, trackers: Sequence[str], runs: int, addresses: Mapping[str, str]
) -> dict[str, list[Measured]]:
    """Return the runs of each tracker; each starts a round as often as the others."""
    found: dict[str, list[Measured]] = {tracker: [] for tracker in trackers}
    for turn in range(-1, runs):  # the first round is not counted: it loads and compiles
        shift = turn % len(trackers)
        for tracker in (*trackers[shift:], *trackers[:shift]) if turn >= 0 else (NONE,):
            with tempfile.TemporaryDirectory() as folder:
                one = measure(train, tracker, Path(folder, "run"), addresses)
            if turn >= 0:
                found[tracker].append(one)
                print(f"{tracker}: {_line(one)}", flush=True)
    return found


def _line(one: Measured) -> str:
    return (
        f"{one.training:.2f} s ({one.training_cpu:.2f} s of processors), "
        f"in all {one.total:.2f} s ({one.total_cpu:.2f})"
    )


def summary(work: str, found: Mapping[str, Sequence[Measured]]) -> dict[str, dict[str, float]]:
    """Return medians, and the ratios to the runs without a tracker of the same rounds."""
    figures: dict[str, dict[str, float]] = {"metrics": dict(found[NONE][0].figures)}
    none = found[NONE]
    for tracker, runs in found.items():
        pairs = list(zip(runs, none, strict=True))
        figures[tracker] = {
            "runs": len(runs),
            "training_seconds": statistics.median(one.training for one in runs),
            "training_ratio": statistics.median(a.training / b.training for a, b in pairs),
            "total_seconds": statistics.median(one.total for one in runs),
            "total_ratio": statistics.median(a.total / b.total for a, b in pairs),
            "training_cpu_ratio": statistics.median(
                a.training_cpu / b.training_cpu for a, b in pairs
            ),
            "total_cpu_ratio": statistics.median(a.total_cpu / b.total_cpu for a, b in pairs),
            "published_ratio": PUBLISHED[work].get(tracker, 0.0),
        }
    return figures


def page_table(figures: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table of one training for the page."""
    head = [
        "tracker",
        "training, s",
        "÷ none",
        "in all, s",
        "÷ none",
        "published ÷ none",
        "CPU ÷ none",
    ]
    rows: list[list[results.Figure]] = []
    for tracker in (NONE, *NAMES):
        if tracker in figures:
            one = figures[tracker]
            times = [one["training_seconds"], one["training_ratio"]]
            times += [one["total_seconds"], one["total_ratio"]]
            rows.append([tracker, *times, one["published_ratio"] or "", one["total_cpu_ratio"]])
    return results.table(head, rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the results, and return 1 if training lost more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each tracker; default: 5")
    parser.add_argument("--work", choices=[*WORK], action="append", help="default: both")
    parser.add_argument("--page", type=Path, help="the page whose tables are written")
    options = parser.parse_args(arguments)
    tables, late = {}, []
    with tempfile.TemporaryDirectory() as folder, mlflow_server(Path(folder)) as url:
        addresses = {LOCAL: f"{folder}/files", SERVER: url}
        for work in options.work or WORK:
            # Files take MLflow less than its server: once is enough.
            names = [name for name in NAMES if work == "text" or name != LOCAL]
            found = rounds(WORK[work](), [NONE, *names], options.runs, addresses)
            every = {tuple(one.figures.items()) for runs in found.values() for one in runs}
            if len(every) != 1:
                raise RuntimeError(f"{work}: the figures differ between runs: {every}")
            figures = summary(work, found)
            results.merge(f"tracking-{work}", figures)
            tables[f"tracking-{work}"] = page_table(figures)
            print(tables[f"tracking-{work}"], flush=True)
            ratios = {name: figures[name]["training_ratio"] for name in names}
            late += [f"{work}: {name}" for name, ratio in ratios.items() if ratio > LIMITS[work]]
    if options.page:
        results.fill(options.page, tables, command=COMMAND)
    print(f"over the limit: {late or 'none'}")
    return len(late) and 1


if __name__ == "__main__":
    sys.exit(main())
