"""Finds the test rows that the champion was not trained on: only these compare models fairly."""

from pathlib import Path

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.statistics.counts import Bools
from training.artifacts.files import read_json
from training.artifacts.splits import Split, file_of
from training.artifacts.times import observations
from training.gate.values import fitting

# The splits that decide a model's weights, its stopping and its temperature.
FITTED_SPLITS = ("train", "validation")


def seen_rows_known(prepared: Path | None) -> bool:
    """Return whether the rows that the champion was trained on are recorded.

    prepared: the champion's prepared splits; a main of an older layout does not have the folder,
    or has its rows in another format.
    """
    return prepared is not None and prepared.is_dir() and not any(prepared.glob("*.npz"))


def unseen(rows: Split, champion: Predictor | None, prepared: Path | None) -> Bools:
    """Return whether each row is new to the champion, shape (rows,).

    prepared: the champion's prepared splits; if absent, every row counts as unseen.
    Rows are the same if their inputs are, and their times if they have one, whatever their labels
    or sources, unless nearly all rows repeat; a column that the champion does not have makes no
    difference.
    Raises MissingArtifact if the folder lacks one of the splits: rows that the champion was
    trained on would count, which flatters it. Raises BadParameter if the rows do not fit it.
    """
    if champion is None or prepared is None or not seen_rows_known(prepared):
        return np.ones(len(rows.labels), np.bool_)
    kind = champion.bundle.manifest.input
    fitted = [Split.read(file_of(prepared, name), kind) for name in FITTED_SPLITS]
    # Where only one of both tells equal rows apart, only contents can be compared.
    apart = bool(rows.occurrence.any()) and any(split.occurrence.any() for split in fitted)
    seen = [
        observations(split.contents, split.times, split.occurrence * int(apart)) for split in fitted
    ]
    with fitting(champion):
        times = None if kind.time is None else rows.times
        contents = kind.identities(rows.table)
        numbers = rows.occurrence * int(apart)
        return ~np.isin(observations(contents, times, numbers), np.concatenate(seen))


def saw_incident(incident: str | None, prepared: Path | None) -> bool:
    """Return whether the champion was trained on rows of the incident.

    prepared: as in `unseen`; if absent, the answer is False. Raises MissingArtifact likewise.
    """
    if incident is None or prepared is None or not seen_rows_known(prepared):
        return False
    return incident in read_json(prepared / "summary.json")["splits"]["train"]["sources"]
