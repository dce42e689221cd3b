"""How often the version's intervals held the label in the span, and the loss they let expect."""

from dataclasses import dataclass

from monitoring.drift_report.answer_effect import rows_as_one
from monitoring.drift_report.accuracy import Measured
from monitoring.drift_report.drift_status import nearest
from monitoring.drift_report.estimate import Gap, of_loss
from monitoring.drift_report.reference import labels_as_one, reference, reference_as_one
from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from monitoring.recording.labels_as_one import INTERVALS_AS_ONE
from monitoring.recording.series import VERSION
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.statistics.control_limit import control_limit, loss_limit

SIDE = metrics.FEEDBACK_INTERVAL.labels[-1]
GAUGES = (
    metrics.REFERENCE_INTERVAL_COVERAGE,
    metrics.REFERENCE_LOSS,
    metrics.REFERENCE_LOSS_DEVIATION,
    metrics.REFERENCE_LOSS_SIZE,
    metrics.REFERENCE_EXPECTED_DEVIATION,
)


@dataclass(frozen=True)
class Estimate:
    """A loss estimated without labels; error: its standard error.  rose: whether it would alert.

    gap: what labels say of the estimate; None without any.
    """

    value: float
    rows: float
    error: float
    limit: float
    rose: bool
    gap: Gap | None


@dataclass(frozen=True)
class Intervals:
    """The share of labels that intervals held, and the loss that their widths let expect.

    accepted: the share on the rows of the reference.
    held: None where there were no labels.  loss: None where there were no predictions.
    """

    accepted: float
    held: Measured | None
    loss: Estimate | None


def intervals(span: Span, version: Version, thresholds: Thresholds) -> Intervals | None:
    """Return what is known; None where answers have no interval. Raises PrometheusFailed."""
    known = reference(span, version, GAUGES)
    if known is None:
        return None
    accepted, loss, deviation, size, missed = known
    window = nearest(span.since, thresholds.windows)
    return Intervals(
        accepted,
        _held(span, version, accepted, size, window, thresholds),
        _estimate(span, version, (loss, deviation, size, missed), window, thresholds),
    )


def _held(
    span: Span,
    version: Version,
    accepted: float,
    size: float,
    window: str,
    thresholds: Thresholds,
) -> Measured | None:
    found = span.increase(f"{metrics.FEEDBACK_INTERVAL.name}{version.selector}", by=SIDE)
    sides = {one.labels[SIDE]: one.last for one in found}
    if not (rows := sum(sides.values())):
        return None
    value = sides.get("inside", 0.0) / rows
    of_reference = reference_as_one(
        span, version, metrics.REFERENCE_COVERAGE_DESIGN_EFFECT, thresholds
    )
    as_one = labels_as_one(
        span, version, INTERVALS_AS_ONE, metrics.REFERENCE_COVERAGE_DESIGN_EFFECT, thresholds
    )
    worth = {"size": size / of_reference, "rows": rows / as_one}
    limit = control_limit(accepted, **worth, z=thresholds.accuracy_z)
    fell = accepted - value > thresholds.least_drop(window) and value < limit
    return Measured(value, rows, limit, fell and rows >= thresholds.least_rows)


def _estimate(
    span: Span,
    version: Version,
    reference: tuple[float, float, float, float],
    window: str,
    thresholds: Thresholds,
) -> Estimate | None:
    name = metrics.EXPECTED_LOSS.name
    rows, total = (
        sum(one.last for one in span.increase(f"{name}_{part}{version.selector}", by=VERSION))
        for part in ("count", "sum")
    )
    if not rows:
        return None
    accepted, deviation, size, missed = reference
    limit = loss_limit(
        accepted,
        deviation=deviation,
        size=size,
        live_deviation=0.0,
        rows=rows / rows_as_one(span, version, thresholds),
        z=thresholds.accuracy_z,
    )
    value, least = total / rows, 1 + thresholds.least_rise(window)
    rose = value > max(limit, least * accepted) and rows >= thresholds.least_rows
    gap = of_loss(span, version, thresholds, accepted=accepted, missed=missed)
    return Estimate(value, rows, missed * (1 / rows + 1 / size) ** 0.5, limit, rose, gap)
