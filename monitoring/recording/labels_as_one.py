"""The recording rules of how many labels count as one; perennial/statistics/serial.py defines it.

The reference's rows in time order say it, where they have one, and the hours that a version has
served. Without either, or of a service from before, it is 1.
"""

from monitoring.recording.series import (
    REFERENCE_ACCURACY,
    REFERENCE_INTERVAL_COVERAGE,
    REFERENCE_LOSS,
    REFERENCE_LOSS_DEVIATION,
    VERSION,
    Models,
    Rule,
    Window,
)
from monitoring.recording.spans import just_under
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from perennial.statistics.serial import CHANCE, EXPECTED, FEW, QUANTILE

REFERENCE_AS_ONE = "model_version:reference_design_effect:max"
INTERVAL_REFERENCE_AS_ONE = "model_version:reference_interval_coverage_design_effect:max"
LABELS_AS_ONE = "model_version:labels_as_one:max"
INTERVALS_AS_ONE = "model_version:intervals_as_one:max"
# Of the mean of the last short window, in standard errors of as many independent labels.
DEPARTURE, INTERVAL_DEPARTURE = "model_version:departure", "model_version:interval_departure"
# The square of how much it has changed since the window before.
CHANGE, INTERVAL_CHANGE = (f"{each}:square_of_change" for each in (DEPARTURE, INTERVAL_DEPARTURE))
LEARNED, INTERVAL_LEARNED = (f"{each}:design_effect" for each in (DEPARTURE, INTERVAL_DEPARTURE))


def labels_as_one(thresholds: Thresholds) -> list[Rule]:
    """Return how many labels count as one, of accuracy or loss and of intervals' coverage.

    Also how many rows of the reference do.
    """
    known = f"({REFERENCE_ACCURACY} or {REFERENCE_LOSS})"
    intervals = metrics.REFERENCE_COVERAGE_DESIGN_EFFECT
    return [
        _reference(REFERENCE_AS_ONE, metrics.REFERENCE_DESIGN_EFFECT, known, thresholds),
        _reference(INTERVAL_REFERENCE_AS_ONE, intervals, REFERENCE_INTERVAL_COVERAGE, thresholds),
        *(
            Rule(name, f"({learned} > {reference})\nor {reference}")
            for name, learned, reference in (
                (LABELS_AS_ONE, LEARNED, REFERENCE_AS_ONE),
                (INTERVALS_AS_ONE, INTERVAL_LEARNED, INTERVAL_REFERENCE_AS_ONE),
            )
        ),
    ]


def departures(thresholds: Thresholds, models: Models) -> list[Rule]:
    """Return how far the mean of the short window is from what is usual, and how that changed."""
    window = thresholds.short_window
    names = Window(window)
    loss, deviation = models.within(REFERENCE_LOSS), REFERENCE_LOSS_DEVIATION
    return [
        Rule(
            DEPARTURE,
            f"{_share(REFERENCE_ACCURACY, names.accuracy, names.labels, models)}\n"
            f"or ({names.loss} - {loss}) * sqrt({names.labels}) / ({deviation} > 0)",
        ),
        Rule(
            INTERVAL_DEPARTURE,
            _share(
                REFERENCE_INTERVAL_COVERAGE, names.interval_coverage, names.interval_labels, models
            ),
        ),
        *(
            Rule(change, f"({models.within(series)} - ({series} offset {window})) ^ 2")
            for change, series in (
                (CHANGE, DEPARTURE),
                (INTERVAL_CHANGE, INTERVAL_DEPARTURE),
            )
        ),
    ]


def learned(thresholds: Thresholds, models: Models) -> list[Rule]:
    """Return how many labels count as one, as the changes between short windows say."""
    return [
        Rule(LEARNED, _learned(CHANGE, thresholds, models)),
        Rule(INTERVAL_LEARNED, _learned(INTERVAL_CHANGE, thresholds, models)),
    ]


def _reference(name: str, gauge: Metric, known: str, thresholds: Thresholds) -> Rule:
    most = f"{thresholds.most_design_effect:g}"
    measured = f"clamp_max(max by ({VERSION}) ({gauge.name}), {most})"
    return Rule(name, f"{measured}\nor 1 + 0 * {known}")


def _share(reference: str, value: str, rows: str, models: Models) -> str:
    variance = f"({reference} * (1 - {reference}) > 0)"
    return f"({models.within(reference)} - {value}) * sqrt({rows} / {variance})"


def _learned(series: str, thresholds: Thresholds, models: Models) -> str:
    longest = max(thresholds.rhythm, thresholds.long_window, key=seconds)
    span = f"[{just_under(seconds(longest))}:{thresholds.short_window}]"
    # As it was before the long window: what has just changed is no dependence of labels.
    changes = f"{models.within(series)}{span} offset {thresholds.long_window}"
    found = f"quantile_over_time({QUANTILE:g}, {changes}) / {EXPECTED:g}"
    most = f"{thresholds.most_design_effect:g}"
    return f"clamp_max(\n  {found} > {CHANCE:g}, {most}\n)\nand count_over_time({changes}) >= {FEW}"
