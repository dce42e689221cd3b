"""Finds the test rows that the champion was not trained on: only these compare models fairly."""

from pathlib import Path

import numpy as np

from perennial.digest import digests
from perennial.statistics.counts import Bools
from training.artifacts.files import read_json
from training.artifacts.splits import Split

# The splits that decide a model's weights, its stopping and its temperature.
FITTED_SPLITS = ("train", "validation")


def seen_rows_known(prepared: Path | None) -> bool:
    """Return whether the rows that the champion was trained on are recorded.

    prepared: the champion's prepared splits; a main of an older layout does not have the folder.
    """
    return prepared is not None and prepared.is_dir()


def unseen(rows: Split, prepared: Path | None) -> Bools:
    """Return whether each row is new to the champion, shape (rows,).

    prepared: the champion's prepared splits; if absent, every row counts as unseen.
    Rows are the same if their inputs are, whatever their labels or sources.
    Raises MissingArtifact if the folder lacks one of the splits: rows that the champion was
    trained on would count, which flatters it.
    """
    if prepared is None or not seen_rows_known(prepared):
        return np.ones(len(rows.labels), np.bool_)
    seen = [digests(Split.read(prepared / f"{name}.npz").inputs) for name in FITTED_SPLITS]
    return ~np.isin(digests(rows.inputs), np.concatenate(seen))


def saw_incident(incident: str | None, prepared: Path | None) -> bool:
    """Return whether the champion was trained on rows of the incident.

    prepared: as in `unseen`; if absent, the answer is False. Raises MissingArtifact likewise.
    """
    if incident is None or prepared is None or not seen_rows_known(prepared):
        return False
    return incident in read_json(prepared / "summary.json")["splits"]["train"]["sources"]
