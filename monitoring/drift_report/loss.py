"""How large the version's losses were in the span, where its labels are not a fixed set."""

from dataclasses import dataclass

from monitoring.drift_report.drift_status import nearest
from monitoring.drift_report.reference import labels_as_one, reference, reference_as_one
from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from monitoring.recording.labels_as_one import LABELS_AS_ONE
from monitoring.recording.series import VERSION
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.statistics.control_limit import loss_deviation, loss_limit

GAUGES = (
    metrics.REFERENCE_LOSS,
    metrics.REFERENCE_LOSS_DEVIATION,
    metrics.REFERENCE_LOSS_SIZE,
)


@dataclass(frozen=True)
class Loss:
    """The mean loss of the reference, and that of live rows; limit: its control limit.

    value, limit: None where there were no labels.  rose: whether it would alert.
    """

    accepted: float
    value: float | None
    labels: float
    limit: float | None
    rose: bool


def loss(span: Span, version: Version, thresholds: Thresholds) -> Loss | None:
    """Return what is known; None without a reference loss. Raises PrometheusFailed."""
    known = reference(span, version, GAUGES)
    if known is None:
        return None
    accepted, deviation, size = known
    name = metrics.FEEDBACK_LOSS.name
    rows, total, squares = (
        sum(one.last for one in span.increase(f"{counter}{version.selector}", by=VERSION))
        for counter in (f"{name}_count", f"{name}_sum", metrics.FEEDBACK_LOSS_SQUARES.name)
    )
    if not rows:
        return Loss(accepted, None, rows, None, rose=False)
    of_reference = reference_as_one(span, version, metrics.REFERENCE_DESIGN_EFFECT, thresholds)
    as_one = labels_as_one(
        span, version, LABELS_AS_ONE, metrics.REFERENCE_DESIGN_EFFECT, thresholds
    )
    limit = loss_limit(
        accepted,
        deviation=deviation,
        size=size / of_reference,
        live_deviation=loss_deviation(total, squares, rows),
        rows=rows / as_one,
        z=thresholds.accuracy_z,
    )
    value = total / rows
    least = 1 + thresholds.least_rise(nearest(span.since, thresholds.windows))
    rose = value > max(limit, least * accepted) and rows >= thresholds.least_rows
    return Loss(accepted, value, rows, limit, rose)
