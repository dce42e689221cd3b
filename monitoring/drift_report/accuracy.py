"""How often the version was right in the span: by labels, and by its own confidence."""

from dataclasses import dataclass

import numpy as np

from monitoring.prometheus_client import Series
from monitoring.recording.labels_as_one import LABELS_AS_ONE
from monitoring.recording.series import VERSION
from monitoring.drift_report.answer_effect import rows_as_one
from monitoring.drift_report.drift_status import nearest
from monitoring.drift_report.estimate import Gap, of_accuracy
from monitoring.drift_report.reference import labels_as_one, reference, reference_as_one
from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.signals import OTHER
from perennial.statistics import accuracy as specification
from perennial.statistics.control_limit import control_limit
from perennial.statistics.counts import Floats
from perennial.statistics.f1 import macro_f1

LABEL, PREDICTED = metrics.FEEDBACK.labels[-2:]
GAUGES = (
    metrics.REFERENCE_ACCURACY,
    metrics.REFERENCE_ACCURACY_SIZE,
    metrics.REFERENCE_CONFIDENCE,
)


@dataclass(frozen=True)
class Accepted:
    """The accuracy that the version was accepted with, on how many rows, and how sure it was."""

    accuracy: float
    size: float
    confidence: float


@dataclass(frozen=True)
class Measured:
    """An accuracy of live rows; limit: its control limit.  fell: whether it would alert."""

    value: float
    rows: float
    limit: float
    fell: bool


@dataclass(frozen=True)
class Accuracy:
    """Realised and estimated accuracy; None where there were no labels, or no predictions.

    gap: what labels say of the estimate.
    """

    accepted: Accepted
    predictions: float
    realised: Measured | None
    macro_f1: float | None
    estimated: Measured | None
    gap: Gap | None


def accuracy(span: Span, version: Version, thresholds: Thresholds) -> Accuracy | None:
    """Return what is known; None without a reference accuracy. Raises PrometheusFailed."""
    known = reference(span, version, GAUGES)
    if known is None:
        return None
    accepted = Accepted(*known)
    labels, confusion = _confusion(span, version)
    total, rows = (
        _sum(span.increase(f"{metrics.CONFIDENCE.name}_{part}{version.selector}", by=VERSION))
        for part in ("sum", "count")
    )
    realised = specification.accuracy(confusion)
    estimated = specification.estimated_accuracy(
        total, rows, accuracy=accepted.accuracy, confidence=accepted.confidence
    )
    labelled = float(confusion.sum())
    of_reference = reference_as_one(span, version, metrics.REFERENCE_DESIGN_EFFECT, thresholds)
    as_one = labels_as_one(
        span, version, LABELS_AS_ONE, metrics.REFERENCE_DESIGN_EFFECT, thresholds
    )
    return Accuracy(
        accepted=accepted,
        predictions=rows,
        realised=_measured(
            realised,
            labelled,
            accepted,
            span.since,
            thresholds,
            as_one=as_one,
            reference_as_one=of_reference,
        ),
        macro_f1=macro_f1(confusion, [i for i, label in enumerate(labels) if label != OTHER]),
        estimated=_measured(
            estimated,
            rows,
            accepted,
            span.since,
            thresholds,
            as_one=rows_as_one(span, version, thresholds),
        ),
        gap=of_accuracy(span, version, thresholds, offset=accepted.accuracy - accepted.confidence),
    )


def _measured(
    value: float | None,
    rows: float,
    accepted: Accepted,
    since: str,
    thresholds: Thresholds,
    *,
    as_one: float,
    reference_as_one: float = 1.0,
) -> Measured | None:
    """Return it with the decision of the alerts' window nearest to the span.

    as_one, reference_as_one: rows that count as one, of those live and of the reference's.
    """
    if value is None:
        return None
    worth, size, z = rows / as_one, accepted.size / reference_as_one, thresholds.accuracy_z
    limit = control_limit(accepted.accuracy, size=size, rows=worth, z=z)
    dropped = accepted.accuracy - value > thresholds.least_drop(nearest(since, thresholds.windows))
    fell = dropped and value < limit and rows >= thresholds.least_rows
    return Measured(value, rows, limit, fell)


def _confusion(span: Span, version: Version) -> tuple[list[str], Floats]:
    """Return the labels and the counts by (label, predicted).

    Of a model with many labels, one is `other`: what wrong predictions are counted as.
    """
    found = span.increase(f"{metrics.FEEDBACK.name}{version.selector}", by=f"{LABEL}, {PREDICTED}")
    labels = sorted({one.labels[name] for one in found for name in (LABEL, PREDICTED)})
    counts = np.zeros((len(labels), len(labels)))
    for one in found:
        counts[labels.index(one.labels[LABEL]), labels.index(one.labels[PREDICTED])] = one.last
    return labels, counts


def _sum(found: list[Series]) -> float:
    return sum(one.last for one in found)
