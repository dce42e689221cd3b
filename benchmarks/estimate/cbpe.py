"""NannyML's CBPE on a stream, in an environment of its own, since it needs an older numpy."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.drift.accuracy import ROWS, cbpe
from benchmarks.drift.frame import Frame
from perennial.kinds.output_kind import Truths
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.statistics.counts import Floats


def estimates(python: Path, tested: tuple[Floats, Truths], live: tuple[Floats, Truths]) -> Floats:
    """Return the estimate of each block of live rows.

    python: of the environment.  tested: answers and truths that the estimator knows.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder, "rows.npz")
        names = ("values", "labels", "live_values", "live_labels")
        np.savez(file, allow_pickle=False, **dict(zip(names, (*tested, *live), strict=True)))
        done = subprocess.run(
            (python, "-m", __name__, file), check=True, capture_output=True, text=True
        )
    return np.array(json.loads(done.stdout.splitlines()[-1]))


def _frame(values: Floats, labels: Truths) -> Frame:
    nothing = np.empty((len(labels), 0))
    output = ClassesOutput(labels=tuple(map(str, range(values.shape[1]))))
    empty = nothing.astype(np.int64)
    return Frame((), nothing, (), empty, (), labels, values.astype(np.float64), output)


def main(file: str) -> None:
    """Print the estimates of the blocks in a file of rows."""
    with np.load(file) as rows:
        known = _frame(rows["values"], rows["labels"])
        live = _frame(rows["live_values"], rows["live_labels"])
    places = np.arange(len(live) // ROWS * ROWS).reshape(-1, ROWS)
    print(json.dumps(cbpe(known)([live.take(block) for block in places]).tolist()))


if __name__ == "__main__":
    main(sys.argv[1])
