"""What labels said of an estimate in the span: how far off it was, and whether it is unknown."""

import math
from dataclasses import dataclass

from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from monitoring.recording.estimate import DESIGN_EFFECT
from monitoring.recording.series import VERSION
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.statistics.estimate import contradicts, loss_gap_deviation, share_gap_deviation


@dataclass(frozen=True)
class Gap:
    """Means over labelled predictions: what was estimated, and what came.

    errors: standard errors between both.  contradicts: whether the estimate is unknown for them.
    """

    labels: float
    estimated: float
    realised: float
    errors: float
    contradicts: bool


def of_accuracy(
    span: Span, version: Version, thresholds: Thresholds, *, offset: float
) -> Gap | None:
    """Return the gap of an accuracy; offset: of the reference, accuracy less mean confidence.

    None without labels. Raises PrometheusFailed.
    """
    confidence, right = metrics.FEEDBACK_CONFIDENCE.name, metrics.FEEDBACK_RIGHT.name
    rows, sure, good = _sums(span, version, f"{confidence}_count", f"{confidence}_sum", right)
    if not rows:
        return None
    estimated, realised = min(max(offset + sure / rows, 0.0), 1.0), min(good / rows, 1.0)
    deviation = share_gap_deviation(estimated, realised)
    least = thresholds.estimate_gap
    return _gap(span, version, thresholds, (rows, estimated, realised, deviation), least)


def of_loss(
    span: Span, version: Version, thresholds: Thresholds, *, accepted: float, missed: float
) -> Gap | None:
    """Return the gap of a mean loss; accepted, missed: of the reference, its loss and deviation.

    None without labels. Raises PrometheusFailed.
    """
    expected, loss = metrics.FEEDBACK_EXPECTED.name, metrics.FEEDBACK_LOSS.name
    counters = (f"{expected}_count", f"{expected}_sum", metrics.FEEDBACK_EXPECTED_SQUARES.name)
    rows, total, squares = _sums(span, version, *counters)
    labels, lost = _sums(span, version, f"{loss}_count", f"{loss}_sum")
    if not rows or not labels:
        return None
    estimated, realised = total / rows, lost / labels
    deviation = loss_gap_deviation(estimated - realised, squares, rows, reference=missed)
    least = thresholds.estimate_loss_gap * accepted
    return _gap(span, version, thresholds, (rows, estimated, realised, deviation), least)


def _gap(
    span: Span,
    version: Version,
    thresholds: Thresholds,
    found: tuple[float, float, float, float],
    least: float,
) -> Gap:
    rows, estimated, realised, deviation = found
    recorded = span.latest(f"{DESIGN_EFFECT}{version.selector}", by=VERSION)
    effect = recorded[0].last if recorded else 1.0
    gap, error = estimated - realised, deviation * math.sqrt(effect / rows)
    against = contradicts(
        gap,
        deviation,
        rows,
        least=least,
        design_effect=effect,
        z=thresholds.estimate_z,
        least_rows=thresholds.least_rows,
    )
    return Gap(rows, estimated, realised, abs(gap) / error if error else 0.0, against)


def _sums(span: Span, version: Version, *counters: str) -> list[float]:
    return [
        sum(one.last for one in span.increase(f"{counter}{version.selector}", by=VERSION))
        for counter in counters
    ]
