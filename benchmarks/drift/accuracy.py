"""Compare what is estimated without labels, such as accuracy, with what is true."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.drift.frame import Floats, Frame
from benchmarks.drift.tasks import Setting, Task

# Requests per estimate, and estimates per setting and reference.
ROWS, CHUNKS = 1_000, 2

# Turns the labelled reference into a function that estimates the accuracy of chunks of live rows.
Estimate = Callable[[Sequence[Frame]], Floats]
Estimator = Callable[[Frame], Estimate]


@dataclass(frozen=True)
class Error:
    """An estimator's error in one setting: the mean absolute difference, as of accuracies."""

    task: str
    shift: str
    grade: int
    estimator: str
    error: float
    realised: float


def right(frame: Frame) -> Floats:
    """Return 1 for each row that the model got right, 0 for others."""
    found: Floats = (frame.values.argmax(axis=1) == frame.labels).astype(np.float64)
    return found


def confidence(frame: Frame) -> Floats:
    """Return the predicted classes' probabilities."""
    highest: Floats = frame.values.max(axis=1)
    return highest


def constant(reference: Frame) -> Estimate:
    """Estimate the reference's accuracy, as if nothing had changed."""
    return lambda chunks: np.full(len(chunks), right(reference).mean())


def promised(reference: Frame) -> Estimate:
    """Estimate the mean of the calibrated probabilities.

    Source: Guillory et al., Predicting with Confidence on Unseen Distributions, 2021, sec. 3.
    """
    return lambda chunks: np.array([confidence(chunk).mean() for chunk in chunks])


def difference(reference: Frame) -> Estimate:
    """Estimate that accuracy fell by as much as mean confidence did: DoC.

    Source: as `promised`.
    """
    offset = right(reference).mean() - confidence(reference).mean()
    return lambda chunks: np.array([confidence(chunk).mean() + offset for chunk in chunks])


def above(reference: Frame) -> Estimate:
    """Estimate the share of rows over a confidence threshold fitted to the reference's accuracy.

    Source: Garg et al., Leveraging Unlabeled Data to Predict Out-of-Distribution Performance, 2022.
    """
    limit = np.quantile(confidence(reference), 1 - right(reference).mean())
    return lambda chunks: np.array([(confidence(chunk) > limit).mean() for chunk in chunks])


def binned(reference: Frame, bins: int = 10) -> Estimate:
    """Estimate the reference's accuracy per confidence bin, weighted by the live shares."""
    sure = confidence(reference)
    edges = np.unique(np.quantile(sure, np.arange(1, bins) / bins))
    places = np.searchsorted(edges, sure)
    rows = np.bincount(places, minlength=len(edges) + 1)
    accuracy = np.bincount(places, right(reference), minlength=len(edges) + 1) / np.maximum(rows, 1)
    return lambda chunks: np.array(
        [accuracy[np.searchsorted(edges, confidence(chunk))].mean() for chunk in chunks]
    )


def cbpe(reference: Frame) -> Estimate:
    """Estimate with NannyML's CBPE."""
    import nannyml

    classes = reference.values.shape[1]
    estimator = nannyml.CBPE(
        metrics=["accuracy"],
        y_pred="predicted",
        y_pred_proba={str(c): f"probability_{c}" for c in range(classes)},
        y_true="label",
        problem_type="classification_multiclass",
        chunk_size=ROWS,
    )
    estimator.fit(_table([reference]))

    def estimate(chunks: Sequence[Frame]) -> Floats:
        said = estimator.estimate(_table(chunks)).filter(period="analysis").to_df()
        return np.asarray(said["accuracy", "value"], dtype=np.float64)

    return estimate


def _table(frames: Sequence[Frame]) -> Any:
    import pandas

    probabilities = np.concatenate([frame.values for frame in frames])
    columns = {f"probability_{c}": column for c, column in enumerate(probabilities.T)}
    predicted = probabilities.argmax(axis=1).astype(str)
    labels = np.concatenate([frame.labels for frame in frames]).astype(str)
    return pandas.DataFrame(columns | {"predicted": predicted, "label": labels})


ESTIMATORS: dict[str, Estimator] = {
    "accuracy of the reference": constant,
    "mean confidence": promised,
    "difference of confidences": difference,
    "average threshold (ATC)": above,
    "bins of confidence": binned,
    "NannyML CBPE": cbpe,
}


def errors(
    task: Task,
    *,
    references: int,
    seed: int,
    estimators: Mapping[str, Estimator] = ESTIMATORS,
    real: Callable[[Frame], Floats] = right,
) -> list[Error]:
    """Return each estimator's error in each setting; grade 0 is without a shift.

    real: returns what is estimated the mean of, for each row.

    Reference and live rows come from different halves of the population, split randomly each time.
    """
    settings = (Setting("none", "", 0, task.base, None), *task.settings)
    realised: list[Floats] = []
    off: dict[str, list[Floats]] = {name: [] for name in estimators}
    for number in range(references):
        reference, chunks = _draw(task, settings, np.random.default_rng([seed, number]))
        truth = np.array([real(chunk).mean() for chunk in chunks])
        realised.append(truth.reshape(len(settings), CHUNKS))
        for name, estimator in estimators.items():
            apart = np.abs(estimator(reference)(chunks) - truth)
            off[name].append(apart.reshape(len(settings), CHUNKS))
    means = np.mean(realised, axis=(0, 2))
    return [
        Error(task.name, setting.shift, setting.grade, name, float(mean), float(there))
        for name, found in off.items()
        for setting, mean, there in zip(settings, np.mean(found, axis=(0, 2)), means, strict=True)
    ]


def _draw(
    task: Task, settings: Sequence[Setting], rng: np.random.Generator
) -> tuple[Frame, list[Frame]]:
    """Return a reference, and CHUNKS chunks of live rows per setting."""
    known, live = np.array_split(rng.permutation(len(task.base)), 2)
    chunks = []
    for setting in settings:
        likely = None
        if setting.weights is not None:
            likely = setting.weights[live] / setting.weights[live].sum()
        chunks += [setting.frame.take(rng.choice(live, size=ROWS, p=likely)) for _ in range(CHUNKS)]
    return task.base.take(rng.choice(known, size=task.reference_rows)), chunks
