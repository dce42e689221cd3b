"""Labels: how the numbers that the model learns from are spread, and how that changed."""

import numpy as np

from perennial.statistics.counts import Floats
from perennial.statistics.figures import decimals, written
from training.artifacts.splits import Split, file_of
from training.report.markdown import signed, table
from training.report.report_inputs import ReportInputs

SHARES = {"lowest": 0.0, "5 % up to": 0.05, "half up to": 0.5, "95 % up to": 0.95, "highest": 1.0}


def spread(inputs: ReportInputs) -> list[str]:
    """Return the quantiles of the training rows' labels, here and in main's rows."""
    here = _labels(inputs)
    before = _labels(inputs, main=True)
    if here is None or not len(here):
        return []
    head, columns = [f"labels of training rows ({inputs.output.loss_unit})"], []
    if before is not None and len(before):
        head.append("main")
        columns.append(_quantiles(before))
    head.append("here")
    columns.append(_quantiles(here))
    places = decimals(*(value for column in columns for value in column.values()))
    rows = [
        [name, *(written(column[name], places) for column in columns)]
        + ([signed(columns[1][name] - columns[0][name], places)] if len(columns) > 1 else [])
        for name in columns[0]
    ]
    head += ["change"] if len(columns) > 1 else []
    return [table(head, rows, numbers=len(head) - 1)]


def _quantiles(labels: Floats) -> dict[str, float]:
    values = np.quantile(labels, list(SHARES.values()))
    found = dict(zip(SHARES, map(float, values), strict=True))
    return {**found, "mean": float(labels.mean())}


def _labels(inputs: ReportInputs, *, main: bool = False) -> Floats | None:
    folder = inputs.main if main else inputs.folder
    if folder is None:
        return None
    file = file_of(folder / "prepared", "train")
    if not file.exists():
        return None
    model = inputs.champion if main else inputs.challenger
    return None if model is None else Split.read(file, model.bundle.manifest.input).labels
