"""Compare the drift rule with its peers: `make bench-drift` runs it in their environment."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.drift import losses
from benchmarks.drift.accuracy import Error, errors
from benchmarks.drift.check import check
from benchmarks.drift.data import LOADERS, DataMissing
from benchmarks.drift.ours import SHIPPED, Perennial
from benchmarks.drift.peers.alibi import Alibi
from benchmarks.drift.peers.boxkite import Boxkite
from benchmarks.drift.peers.evidently import Evidently
from benchmarks.drift.peers.nannyml import NannyML
from benchmarks.drift.peers.river import River
from benchmarks.drift.plot import draw
from benchmarks.drift.protocol import Detector
from benchmarks.drift.report import Summary
from benchmarks.drift.run import Alarms, SettingResult, Size, run
from benchmarks.drift.tasks import build
from perennial.errors import InvalidValue

COMMAND = "python -m benchmarks.drift"
ROOT = Path(__file__).resolve().parents[2]
DETECTORS: tuple[Detector, ...] = (
    Perennial(),
    Perennial(name=SHIPPED, shipped=True),
    Evidently(),
    Alibi(),
    NannyML(),
    Boxkite(),
    River(),
)
NUMBERS = ("references", "streams", "stationary", "seed", "processes")
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all tasks whose data is present; return 1 if there are none."""
    options = _options(arguments)
    os.environ.update(QUIET)
    numbers = {name: getattr(options, name) for name in NUMBERS}
    by_setting: list[SettingResult] = []
    alarms: list[Alarms] = []
    off: list[Error] = []
    lost: list[Error] = []
    for name in options.tasks:
        found = _task(name, options.data, Size(**numbers))
        if found is not None:
            by_setting, alarms = by_setting + found[0], alarms + found[1]
            off, lost = off + found[2], lost + found[3]
    if not by_setting:
        return 1
    summary = Summary(by_setting, alarms, off, lost)
    print("\n\n".join(summary.tables().values()))
    if not options.quick:
        about = {name: numbers[name] for name in NUMBERS if name != "processes"}
        results.merge("drift", {**summary.figures(), "run": about})
        draw(summary.results, summary.detectors, ROOT / "docs" / "drift.png")
        results.fill(ROOT / "docs" / "drift-benchmark.md", summary.tables(), command=COMMAND)
    return 0


def _task(
    name: str, data: Path, size: Size
) -> tuple[list[SettingResult], list[Alarms], list[Error], list[Error]] | None:
    began = time.monotonic()
    try:
        task = build(name, data=data, seed=size.seed)
    except DataMissing as missing:
        print(f"{name}: skipped: {missing}", file=sys.stderr)
        return None
    check(task, seed=size.seed)
    by_setting, alarms = run(task, DETECTORS, size)
    some = max(2, size.references // 4)
    off: list[Error] = []
    lost: list[Error] = []
    if task.base.output.labels:
        off = errors(task, references=some, seed=size.seed)
    else:
        chosen = losses.ESTIMATORS
        lost = errors(task, references=some, seed=size.seed, estimators=chosen, real=losses.lost)
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return by_setting, alarms, off, lost


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    size, data = Size(), os.environ.get("PERENNIAL_DATA", str(ROOT.parent / "shared" / "data"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=sorted(LOADERS), default=list(LOADERS))
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
