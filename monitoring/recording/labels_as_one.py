"""The recording rules of how many labels count as one, as the reference's rows in time order say.

A version whose rows have no order, or which an older service serves, has 1.
"""

from monitoring.recording.series import (
    REFERENCE_ACCURACY,
    REFERENCE_INTERVAL_COVERAGE,
    REFERENCE_LOSS,
    VERSION,
    Rule,
)
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric

LABELS_AS_ONE = "model_version:reference_design_effect:max"
INTERVALS_AS_ONE = "model_version:reference_interval_coverage_design_effect:max"


def labels_as_one(thresholds: Thresholds) -> list[Rule]:
    """Return how many labels count as one, of accuracy or loss and of intervals' coverage."""
    known = f"({REFERENCE_ACCURACY} or {REFERENCE_LOSS})"
    return [
        _rule(LABELS_AS_ONE, metrics.REFERENCE_DESIGN_EFFECT, known, thresholds),
        _rule(
            INTERVALS_AS_ONE,
            metrics.REFERENCE_COVERAGE_DESIGN_EFFECT,
            REFERENCE_INTERVAL_COVERAGE,
            thresholds,
        ),
    ]


def _rule(name: str, gauge: Metric, known: str, thresholds: Thresholds) -> Rule:
    most = f"{thresholds.most_design_effect:g}"
    measured = f"clamp_max(max by ({VERSION}) ({gauge.name}), {most})"
    return Rule(name, f"{measured}\nor 1 + 0 * {known}")
