"""NannyML's CBPE on a stream, in an environment of its own, since it needs an older numpy."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
    blocks = [live.take(block) for block in places]
    found = binary(known, blocks) if known.values.shape[1] == 2 else cbpe(known)(blocks)
    print(json.dumps(found.tolist()))


def binary(known: Frame, blocks: Sequence[Frame]) -> Floats:
    """Return the estimates for two classes, which NannyML takes apart from several."""
    import nannyml

    estimator = nannyml.CBPE(
        metrics=["accuracy"],
        y_pred="predicted",
        y_pred_proba="probability",
        y_true="label",
        problem_type="classification_binary",
        chunk_size=ROWS,
    )
    estimator.fit(_table([known]))
    said = estimator.estimate(_table(blocks)).filter(period="analysis").to_df()
    return np.asarray(said["accuracy", "value"], dtype=np.float64)


def _table(frames: Sequence[Frame]) -> Any:
    import pandas

    values = np.concatenate([frame.values for frame in frames])
    labels = np.concatenate([frame.labels for frame in frames])
    columns = {"probability": values[:, 1], "predicted": values.argmax(axis=1), "label": labels}
    return pandas.DataFrame(columns)


if __name__ == "__main__":
    main(sys.argv[1])
