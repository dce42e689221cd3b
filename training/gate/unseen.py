"""Finds the test rows that the champion was not trained on: only these compare models fairly."""

from pathlib import Path

import numpy as np

from perennial.digest import digests
from perennial.statistics.counts import Bools
from training.artifacts.files import read_json
from training.artifacts.splits import Split

# The splits that decide a model's weights, its stopping and its temperature.
FITTED_SPLITS = ("train", "validation")


def unseen(rows: Split, prepared: Path | None) -> Bools:
    """Return whether each row is new to the champion, shape (rows,).

    prepared: the champion's prepared splits; without files, every row counts as unseen.
    Rows are the same if their inputs are, whatever their labels or sources.
    """
    files = [] if prepared is None else [prepared / f"{name}.npz" for name in FITTED_SPLITS]
    seen = [digests(Split.read(file).inputs) for file in files if file.is_file()]
    return ~np.isin(digests(rows.inputs), np.concatenate([np.empty(0, np.uint64), *seen]))


def saw_incident(incident: str | None, prepared: Path | None) -> bool:
    """Return whether the champion was trained on rows of the incident.

    prepared: as in `unseen`; without its summary, the answer is False.
    """
    summary = None if prepared is None else prepared / "summary.json"
    if incident is None or summary is None or not summary.is_file():
        return False
    return incident in read_json(summary)["splits"]["train"]["sources"]
