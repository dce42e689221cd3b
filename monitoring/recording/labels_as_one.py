"""The recording rules of how many labels count as one; perennial/statistics/serial.py defines it.

The reference's rows in time order say it, where they have one, and the hours that a version has
served. Until a version has served enough of them, those of the version before say it; of a first
one, whose reference has no time, it is `label_design_effect`.
"""

from monitoring.recording.series import (
    MODEL,
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
# By the version's own hours, or else by those of others of its model.
KNOWN, INTERVAL_KNOWN = (f"{each}:known_design_effect" for each in (DEPARTURE, INTERVAL_DEPARTURE))


def labels_as_one(thresholds: Thresholds) -> list[Rule]:
    """Return how many labels count as one, of accuracy or loss and of intervals' coverage.

    Also how many rows of the reference do.
    """
    with_labels = f"({REFERENCE_ACCURACY} or {REFERENCE_LOSS})"
    labels = (LABELS_AS_ONE, REFERENCE_AS_ONE, KNOWN, LEARNED)
    intervals = (INTERVALS_AS_ONE, INTERVAL_REFERENCE_AS_ONE, INTERVAL_KNOWN, INTERVAL_LEARNED)
    return [
        *_as_one(*labels, metrics.REFERENCE_DESIGN_EFFECT, with_labels, thresholds),
        *_as_one(
            *intervals,
            metrics.REFERENCE_COVERAGE_DESIGN_EFFECT,
            REFERENCE_INTERVAL_COVERAGE,
            thresholds,
        ),
    ]


def _as_one(
    name: str,
    reference: str,
    known: str,
    learned: str,
    gauge: Metric,
    versions: str,
    thresholds: Thresholds,
) -> list[Rule]:
    measured = f"clamp_max(max by ({VERSION}) ({gauge.name}), {thresholds.most_design_effect:g})"
    of_others = f"on ({MODEL}) group_left () max by ({MODEL}) ({learned})"
    return [
        Rule(reference, f"{measured}\nor 1 + 0 * {versions}"),
        Rule(known, f"{learned}\nor 0 * {reference} + {of_others}"),
        Rule(
            name,
            f"({known} > {CHANCE:g} > {reference})\nor ({reference} and {known})\n"
            f"or {measured}\nor {thresholds.label_design_effect:g} + 0 * {reference}",
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
        Rule(name, _learned(change, thresholds, models))
        for name, change in ((LEARNED, CHANGE), (INTERVAL_LEARNED, INTERVAL_CHANGE))
    ]


def _share(reference: str, value: str, rows: str, models: Models) -> str:
    variance = f"({reference} * (1 - {reference}) > 0)"
    return f"({models.within(reference)} - {value}) * sqrt({rows} / {variance})"


def _learned(change: str, thresholds: Thresholds, models: Models) -> str:
    long, series = thresholds.long_window, models.within(change)
    longest = max(thresholds.rhythm, long, key=seconds)
    # As it was before the long window: what has just changed is no dependence of labels. A version
    # that is younger has nothing else.
    old = f"{series}{_hours(longest, thresholds)} offset {long}"
    young = f"{series}{_hours(long, thresholds)}"
    return f"{_effect(old, thresholds)}\nor {_effect(young, thresholds)}"


def _hours(span: str, thresholds: Thresholds) -> str:
    return f"[{just_under(seconds(span))}:{thresholds.short_window}]"


def _effect(changes: str, thresholds: Thresholds) -> str:
    found = f"quantile_over_time({QUANTILE:g}, {changes}) / {EXPECTED:g}"
    most = f"{thresholds.most_design_effect:g}"
    return f"(\n  clamp({found}, 1, {most})\n  and count_over_time({changes}) >= {FEW}\n)"
