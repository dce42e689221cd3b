"""How many predictions count as one in the limits of what is estimated without labels."""

from monitoring.drift_report.drift_status import nearest
from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from monitoring.recording.series import VERSION, Window
from monitoring.thresholds import Thresholds


def rows_as_one(span: Span, version: Version, thresholds: Thresholds) -> float:
    """Return what the rules have learned for the alerts' window nearest to the span, else 1.

    Raises PrometheusFailed.
    """
    series = Window(nearest(span.since, thresholds.windows)).answer_effect
    found = span.latest(f"{series}{version.selector}", by=VERSION)
    return found[0].last if found else 1.0
