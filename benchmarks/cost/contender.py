"""Compute drift over a million rows with one library, in its own process; print a line of JSON.

Run by `benchmarks.cost.rows` as `python -m benchmarks.cost.contender NAME FOLDER`.
"""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.cost.columns import REFERENCE, ROWS, Columns

# Set before importing the libraries: otherwise both send telemetry.
os.environ |= {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1"}

OURS = "ours"
AT_ONCE = 512  # The number of small rows that the service bins in one call.

Work = Callable[[], object]


def ours(folder: Path) -> Work:
    """Count every row in batches, as the service does, then compute every statistic once."""
    import numpy as np

    from perennial.signals import Binner
    from perennial.statistics import drift, evidence

    found = Columns(folder)
    names, rows = found.names(), found.load(ROWS)
    binner = Binner(found.reference().signals)

    def work() -> list[tuple[float, float, float]]:
        counts = np.zeros(binner.size, dtype=np.int64)
        for start in range(0, len(rows), AT_ONCE):
            batch = rows[start : start + AT_ONCE].T
            counts += binner.count(dict(zip(names, batch, strict=True)))
        answers = []
        for signal, start in zip(binner.signals, binner.offsets, strict=True):
            live, shares = counts[start : start + len(signal.bins)], signal.shares
            g = evidence.g_statistic(live, shares, size=signal.size)
            answers.append((drift.psi(live, shares), drift.ks(live, shares), g))
        return answers

    return work


def evidently(folder: Path) -> Work:
    """Run the report DataDriftPreset with its defaults."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    reference, rows = _frames(folder)
    numeric, prediction = list(rows.columns[:-1]), list(rows.columns[-1:])
    definition = DataDefinition(numerical_columns=numeric, categorical_columns=prediction)

    def work() -> object:
        current, known = (
            Dataset.from_pandas(frame, data_definition=definition) for frame in (rows, reference)
        )
        return Report([DataDriftPreset()]).run(current, known).dict()

    return work


def nannyml(folder: Path) -> Work:
    """Fit UnivariateDriftCalculator with its defaults and calculate it on one chunk."""
    from nannyml import UnivariateDriftCalculator

    reference, rows = _frames(folder)

    def work() -> object:
        calculator = UnivariateDriftCalculator(
            column_names=list(rows.columns),
            treat_as_categorical=list(rows.columns[-1:]),
            chunk_number=1,
        )
        return calculator.fit(reference).calculate(rows).to_df()

    return work


CONTENDERS: dict[str, Callable[[Path], Work]] = {
    OURS: ours,
    "Evidently": evidently,
    "NannyML": nannyml,
}


def main() -> None:
    """Prepare, then work, and print the cost of each."""
    started = perf_counter()
    work = CONTENDERS[sys.argv[1]](Path(sys.argv[2]))
    ready = perf_counter()
    # Resets the kernel's peak memory to the current memory.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    held = _mebibytes("VmRSS")
    work()
    seconds = perf_counter() - ready
    peak = _mebibytes("VmHWM")
    figures = {"load_s": ready - started, "s": seconds, "loaded_mib": held, "peak_mib": peak}
    print(json.dumps(figures))


def _frames(folder: Path) -> tuple[Any, Any]:
    import pandas

    found = Columns(folder)
    names = found.names()
    return (
        pandas.DataFrame(found.load(REFERENCE), columns=names),
        pandas.DataFrame(found.load(ROWS), columns=names),
    )


def _mebibytes(name: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    assert match is not None, f"/proc/self/status has no {name}"
    return int(match[1]) / 1024


if __name__ == "__main__":
    main()
