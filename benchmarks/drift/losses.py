"""Estimators of the mean loss of numbers without labels, for `accuracy.errors`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.drift.accuracy import ROWS, Estimate, Estimator
from benchmarks.drift.frame import Floats, Frame
from perennial.statistics.loss_curve import LossCurve
from perennial.statistics.regression import ANSWER, HIGH, LOW


def lost(frame: Frame) -> Floats:
    """Return the loss of each row."""
    return frame.output.losses(frame.values, frame.labels)


def constant(reference: Frame) -> Estimate:
    """Estimate the reference's loss, as if nothing had changed."""
    return lambda chunks: np.full(len(chunks), lost(reference).mean())


def by_width(reference: Frame) -> Estimate:
    """Estimate by the curve of the reference, as the service does."""
    found = reference.output.reference(reference.values, reference.labels)["expected_loss"]
    curve = LossCurve(np.array(found["at"]), np.array(found["loss"]), found["power"])
    return lambda chunks: np.array(
        [curve(chunk.values[:, HIGH] - chunk.values[:, LOW]).mean() for chunk in chunks]
    )


def dle(reference: Frame) -> Estimate:
    """Estimate with NannyML's DLE: a second model, which predicts each row's absolute error."""
    import nannyml

    estimator = nannyml.DLE(
        feature_column_names=[*reference.numeric_names, *reference.categorical_names],
        y_pred="predicted",
        y_true="label",
        metrics=["mae"],
        chunk_size=ROWS,
    )
    estimator.fit(_table([reference]))

    def estimate(chunks: Sequence[Frame]) -> Floats:
        said = estimator.estimate(_table(chunks)).filter(period="analysis").to_df()
        return np.asarray(said["mae", "value"], dtype=np.float64)

    return estimate


def _table(frames: Sequence[Frame]) -> Any:
    import pandas

    columns: dict[str, Any] = {}
    for kind in ("numeric", "categorical"):
        together = np.concatenate([getattr(frame, kind) for frame in frames])
        columns |= zip(getattr(frames[0], f"{kind}_names"), together.T, strict=True)
    columns["predicted"] = np.concatenate([frame.values[:, ANSWER] for frame in frames])
    columns["label"] = np.concatenate([frame.labels for frame in frames])
    return pandas.DataFrame(columns)


ESTIMATORS: dict[str, Estimator] = {
    "loss of the reference": constant,
    "widths of intervals": by_width,
    "NannyML DLE": dle,
}
