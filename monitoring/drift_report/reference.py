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


def reference_as_one(span: Span, version: Version, gauge: Metric, thresholds: Thresholds) -> float:
    """Return how many rows of the reference count as one. Raises PrometheusFailed."""
    known = reference(span, version, [gauge])
    return 1.0 if known is None else min(known[0], thresholds.most_design_effect)


def labels_as_one(
    span: Span, version: Version, recorded: str, gauge: Metric, thresholds: Thresholds
) -> float:
    """Return how many labels count as one: as recorded, or else as a first version's do.

    Raises PrometheusFailed.
    """
    found = span.latest(f"{recorded}{version.selector}", by=VERSION)
    if found:
        return found[0].last
    known = reference(span, version, [gauge])
    first = thresholds.label_design_effect if known is None else known[0]
    return min(first, thresholds.most_design_effect)
