"""Compare the drift rule with its peers: `make bench-drift` runs it in their environment."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import results
from benchmarks.drift import losses
from benchmarks.drift.accuracy import Error, errors
from benchmarks.drift.check import check
from benchmarks.drift.data import LOADERS, DataMissing
from benchmarks.drift.learned import Learned
from benchmarks.drift.ours import Perennial
from benchmarks.drift.peers.alibi import Alibi
from benchmarks.drift.peers.boxkite import Boxkite
from benchmarks.drift.peers.evidently import Evidently
from benchmarks.drift.peers.nannyml import NannyML
from benchmarks.drift.peers.river import River
from benchmarks.drift.plot import draw
from benchmarks.drift.protocol import SHIPPED, Detector
from benchmarks.drift.report import Summary
from benchmarks.drift.run import Alarms, SettingResult, Size, run
from benchmarks.drift.tasks import Task, build
from benchmarks.drift.traffic import INDEPENDENT, TRAFFIC
from perennial.errors import InvalidValue

COMMAND = "python -m benchmarks.drift"
ROOT = Path(__file__).resolve().parents[2]
PEERS: tuple[Detector, ...] = (Evidently(), Alibi(), NannyML(), Boxkite(), River())
DETECTORS: tuple[Detector, ...] = (Perennial(), Perennial(name=SHIPPED, shipped=True), *PEERS)
# Names of the figures: of tasks with classes, and of those with numbers, which have other shifts.
# Those of classes in traffic of another kind have its name too.
CLASSES, NUMBERS = "drift", "drift_numbers"
SIZES = ("references", "streams", "stationary", "seed", "processes")
# Turn off the telemetry of Evidently and NannyML. One thread per process.
QUIET = {
    "DO_NOT_TRACK": "1",
    "EVIDENTLY_DISABLE_TELEMETRY": "1",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "NML_DISABLE_USER_ANALYTICS": "1",
    "OMP_NUM_THREADS": "1",
    # alibi-detect imports transformers, which print long warnings that PyTorch is missing.
    "TRANSFORMERS_VERBOSITY": "error",
}


@dataclass
class Found:
    """What was found of the tasks whose labels are of one kind."""

    by_setting: list[SettingResult] = field(default_factory=list)
    alarms: list[Alarms] = field(default_factory=list)
    off: list[Error] = field(default_factory=list)
    lost: list[Error] = field(default_factory=list)

    def add(self, ran: tuple[list[SettingResult], list[Alarms]]) -> None:
        """Add the results of a task."""
        self.by_setting += ran[0]
        self.alarms += ran[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all tasks whose data is present; return 1 if there are none."""
    options = _options(arguments)
    os.environ.update(QUIET)
    numbers = {name: getattr(options, name) for name in SIZES}
    found: dict[str, Found] = {}
    for name in options.tasks:
        _task(name, options, Size(**numbers), found)
    about = {name: numbers[name] for name in SIZES if name != "processes"}
    for kind, one in found.items():
        summary = Summary(one.by_setting, one.alarms, one.off, one.lost)
        tables = _tables(kind, summary)
        print("\n\n".join(tables.values()))
        if options.quick:
            continue
        results.merge(kind, {**summary.figures(), "run": about})
        results.fill(ROOT / "docs" / "drift-benchmark.md", tables, command=COMMAND)
        if kind == CLASSES:
            draw(summary.results, summary.detectors, ROOT / "docs" / "drift.png")
    return 0 if found else 1


def _tables(kind: str, summary: Summary) -> dict[str, str]:
    if kind == CLASSES:
        return summary.tables()
    if kind == NUMBERS:
        return summary.tables_of_numbers()
    return summary.tables_of(kind.removeprefix(f"{CLASSES}_"))


def _task(name: str, options: argparse.Namespace, size: Size, found: dict[str, Found]) -> None:
    """Add what is found of a task to that of its kind."""
    began = time.monotonic()
    try:
        task = build(name, data=options.data, seed=size.seed)
    except DataMissing as missing:
        print(f"{name}: skipped: {missing}", file=sys.stderr)
        return
    check(task, seed=size.seed)
    for traffic in options.traffic:
        if traffic == INDEPENDENT.name:
            _independent(task, size, found)
        elif task.base.output.labels:
            own = found.setdefault(f"{CLASSES}_{traffic}", Found())
            own.add(run(task, (Learned(), *PEERS), size, TRAFFIC[traffic]))
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)


def _independent(task: Task, size: Size, found: dict[str, Found]) -> None:
    """Add what is found in independent rows, and of what is estimated without labels."""
    own = found.setdefault(CLASSES if task.base.output.labels else NUMBERS, Found())
    own.add(run(task, DETECTORS, size))
    some = max(2, size.references // 4)
    if task.base.output.labels:
        own.off += errors(task, references=some, seed=size.seed)
    else:
        chosen = losses.ESTIMATORS
        own.lost += errors(
            task, references=some, seed=size.seed, estimators=chosen, real=losses.lost
        )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    size, data = Size(), os.environ.get("PERENNIAL_DATA", str(ROOT.parent / "shared" / "data"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=sorted(LOADERS), default=list(LOADERS))
    kinds = list(TRAFFIC)
    parser.add_argument("--traffic", nargs="+", choices=kinds, default=kinds, help="(default: all)")
    parser.add_argument("--references", type=int, default=size.references, help="drawn anew")
    parser.add_argument("--streams", type=int, default=size.streams, help="per setting")
    parser.add_argument("--stationary", type=int, default=size.stationary, help="for thresholds")
    parser.add_argument("--seed", type=int, default=size.seed)
    parser.add_argument("--processes", type=int, default=size.processes)
    parser.add_argument("--data", type=Path, default=Path(data), help="CIFAR-10's and AG News'")
    parser.add_argument("--quick", action="store_true", help="few streams, and nothing is written")
    options = parser.parse_args(arguments)
    if options.quick:
        options.references, options.streams, options.stationary = 4, 4, 40
    for name in ("streams", "stationary"):
        if getattr(options, name) % options.references:
            expected = f"a multiple of --references, {options.references}"
            parser.error(str(InvalidValue(f"--{name}", getattr(options, name), expected)))
    return options


if __name__ == "__main__":
    sys.exit(main())
