"""What a version was accepted with, as its service exports it."""

from collections.abc import Iterable

from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from monitoring.recording.series import VERSION
from monitoring.thresholds import Thresholds
from perennial.metric_names.metric import Metric


def reference(span: Span, version: Version, gauges: Iterable[Metric]) -> list[float] | None:
    """Return the value of each gauge; None where one is missing. Raises PrometheusFailed."""
    found = [span.latest(f"{gauge.name}{version.selector}", by=VERSION) for gauge in gauges]
    return [series[0].last for series in found] if all(found) else None


def labels_as_one(span: Span, version: Version, gauge: Metric, thresholds: Thresholds) -> float:
    """Return how many labels count as one; gauge: of the reference. Raises PrometheusFailed."""
    known = reference(span, version, [gauge])
    return 1.0 if known is None else min(known[0], thresholds.most_design_effect)
