"""Which alerts on the quality of answers a version has, and what to add up of its rows for them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from backtest.rules.drift import MINUTE, Bools, Floats, Watched
from backtest.rules.estimate import lasting, refuted, withdrawn
from backtest.rules.labels_as_one import LabelsAsOne, learned
from backtest.rules.quality import (
    NO_EFFECT,
    LossReference,
    RowsAsOne,
    ShareReference,
    estimated,
    loss_rise,
    share_drop,
)
from backtest.rules.slump import loss_slump, share_learned, share_slump
from monitoring.thresholds import Thresholds
from perennial.kinds.output_kind import OutputKind, Truths
from perennial.signals import Reference
from perennial.statistics.regression import covered

ACCURACY, LOSS, COVERAGE = "AccuracyDrop", "LossRise", "IntervalCoverageDrop"
ESTIMATED_ACCURACY, ESTIMATED_LOSS = "EstimatedAccuracyDrop", "EstimatedLossRise"
# How many labels count as one, as a version's hours have shown, by the alert that it is for.
Learned = Mapping[str, float]
NOTHING: Learned = MappingProxyType({})


def prediction_columns(reference: Reference, output: OutputKind, values: Floats) -> Floats:
    """Return what to add up of each prediction: what is expected of it, and 1; shape (rows, 2).

    values: of the model, shape (rows, width). Where nothing is expected, both are 0.
    """
    found = np.zeros((len(values), 2))
    if reference.accuracy is not None:
        found[:, 0] = values.max(axis=1)
        found[:, 1] = 1
    elif reference.expected_loss is not None:
        signal = output.extract(values.astype(np.float32))[reference.expected_loss.signal]
        losses = reference.expected_loss.curve(signal.astype(np.float64))
        found[:, 1] = ~np.isnan(losses)
        found[:, 0] = np.nan_to_num(losses)
    return found


def label_columns(
    reference: Reference, output: OutputKind, values: Floats, truths: Truths
) -> Floats:
    """Return what to add up of each label: its loss, the square, whether it is inside, and 1.

    Shape (rows, 4). A label is inside where the interval of its answer holds it; 0 without one.
    """
    losses = output.losses(values, truths)
    inside: NDArray[np.generic] = np.zeros(len(losses))
    if reference.coverage is not None:
        inside = covered(values, truths)
    return np.column_stack([losses, losses**2, inside, np.ones(len(losses))])


def checked_columns(
    reference: Reference, output: OutputKind, values: Floats, truths: Truths
) -> Floats:
    """Return what to add up of each label to hold the estimate against it, shape (rows, 4).

    1, what was estimated, what came, and the square of the difference; 0 where nothing was.
    """
    expected, known = prediction_columns(reference, output, values).T
    real = output.losses(values, truths)
    if reference.accuracy is not None:
        real = 1 - real
        expected = expected + reference.accuracy - (reference.confidence or 0.0)
    columns = [np.ones(len(real)), expected, real, (expected - real) ** 2]
    found: Floats = np.column_stack(columns) * known[:, np.newaxis]
    return found


def answer_effects(answers: Iterable[Watched], thresholds: Thresholds) -> RowsAsOne:
    """Return how many predictions count as one: the largest number of the outputs' signals."""
    windows = [watched.windows for watched in answers]
    return {
        name: np.max([each[name].design_effect for each in windows], axis=0)
        for name in (thresholds.windows if windows else ())
    }


def raised(reference: Reference) -> tuple[str, ...]:
    """Return the names of the alerts that a version with this reference can raise."""
    if reference.accuracy is not None:
        return (ACCURACY, ESTIMATED_ACCURACY)
    estimated_loss = () if reference.expected_loss is None else (ESTIMATED_LOSS,)
    return (LOSS, *estimated_loss, *(() if reference.coverage is None else (COVERAGE,)))


def alerts(
    reference: Reference,
    predictions: Floats,
    labels: Floats,
    checks: Floats,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
    rows_as_one: RowsAsOne = NO_EFFECT,
    known: Learned = NOTHING,
) -> dict[str, Bools]:
    """Return the looks at which each alert would fire, by its name.

    predictions, labels, checks: sums of the columns above by look, shape (looks before and in
    question, 2), (…, 4) and (…, 4).  pace: seconds between looks.
    The first look is at row `first_look`.
    rows_as_one: how many predictions count as one, by `answer_effects`.
    known: what the version before had learned, by `labels_learned`.
    """
    expected, asked = predictions.T
    lost, squares, inside, rows = labels.T
    if reference.accuracy is not None:
        accepted = _accuracy(reference, known)
        right = estimated(
            expected, asked, accuracy=reference.accuracy, mean=reference.confidence or 0.0
        )
        return {
            ACCURACY: share_slump(rows - lost, rows, accepted, thresholds, pace=pace),
            ESTIMATED_ACCURACY: lasting(
                share_drop(right, asked, accepted, thresholds, pace=pace, rows_as_one=rows_as_one),
                unknown(reference, checks, thresholds, pace=pace),
                refuted(checks, thresholds, 1, pace=pace),
            ),
        }
    usual = _loss(reference, known)
    found = {LOSS: loss_slump(lost, squares, rows, usual, thresholds, pace=pace)}
    if reference.expected_loss is not None:
        rose = loss_rise(expected, asked, usual, thresholds, pace=pace, rows_as_one=rows_as_one)
        found[ESTIMATED_LOSS] = lasting(
            rose,
            unknown(reference, checks, thresholds, pace=pace),
            refuted(checks, thresholds, -1, pace=pace),
        )
    if reference.coverage is not None:
        held = _coverage(reference, known)
        found[COVERAGE] = share_slump(inside, rows, held, thresholds, pace=pace)
    return found


def labels_learned(
    reference: Reference,
    labels: Floats,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
    before: Learned = NOTHING,
) -> Learned:
    """Return how many labels count as one after these, by alert.

    labels: as of `alerts`.  before: what was known at the first; it stays where these are few.
    """
    lost, squares, inside, rows = labels.T
    found = {}
    if reference.accuracy is not None:
        of = _accuracy(reference, before)
        found[ACCURACY] = share_learned(rows - lost, rows, of, thresholds, pace=pace)[-1]
    else:
        usual = _loss(reference, before)
        known = learned((lost, squares, rows), usual.deviation, thresholds, pace=pace)
        found[LOSS] = known[-1]
    if reference.coverage is not None:
        held = _coverage(reference, before)
        found[COVERAGE] = share_learned(inside, rows, held, thresholds, pace=pace)[-1]
    return {**before, **{name: float(one) for name, one in found.items() if not np.isnan(one)}}


def _accuracy(reference: Reference, known: Learned) -> ShareReference:
    as_one = _as_one(reference.design_effect, known.get(ACCURACY))
    return ShareReference(reference.accuracy or 0.0, reference.accuracy_size or 1, as_one)


def _loss(reference: Reference, known: Learned) -> LossReference:
    as_one = _as_one(reference.design_effect, known.get(LOSS))
    mean, deviation = reference.loss or 0.0, reference.loss_deviation or 0.0
    return LossReference(mean, deviation, reference.loss_size or 1, as_one)


def _coverage(reference: Reference, known: Learned) -> ShareReference:
    as_one = _as_one(reference.coverage_design_effect, known.get(COVERAGE))
    return ShareReference(reference.coverage or 0.0, reference.loss_size or 1, as_one)


def _as_one(measured: float | None, known: float | None) -> LabelsAsOne:
    return LabelsAsOne(*(np.nan if one is None else one for one in (measured, known)))


def unknown(
    reference: Reference, checks: Floats, thresholds: Thresholds, *, pace: int = MINUTE
) -> Bools:
    """Return the looks at which the estimate is withdrawn; arguments as of `alerts`."""
    if reference.accuracy is not None:
        return withdrawn(checks, thresholds, least=thresholds.estimate_gap, pace=pace)
    least = thresholds.estimate_loss_gap * (reference.loss or 0.0)
    curve = reference.expected_loss
    deviation = 0.0 if curve is None else curve.deviation
    return withdrawn(checks, thresholds, least=least, deviation=deviation, pace=pace)
