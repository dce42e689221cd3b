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
from perennial.statistics.serial import CHANCE, MANY, SOME, Spread

REFERENCE_AS_ONE = "model_version:reference_design_effect:max"
INTERVAL_REFERENCE_AS_ONE = "model_version:reference_interval_coverage_design_effect:max"
LABELS_AS_ONE = "model_version:labels_as_one:max"
INTERVALS_AS_ONE = "model_version:intervals_as_one:max"
# Of the mean of the last short window, if its labels were independent.
VARIANCE, INTERVAL_VARIANCE = "model_version:quality_variance", "model_version:interval_variance"
# How the mean has changed since the window before: its square, over the variances of both.
CHANGE, INTERVAL_CHANGE = "model_version:quality_change", "model_version:interval_change"
LEARNED, INTERVAL_LEARNED = (f"{each}:design_effect" for each in (CHANGE, INTERVAL_CHANGE))
# The largest of a model's versions, of those gone too; and of a version, by its own hours or those.
OF_MODEL, INTERVAL_OF_MODEL = (
    f"model:{each}:design_effect" for each in ("quality_change", "interval_change")
)
KNOWN, INTERVAL_KNOWN = (f"{each}:known_design_effect" for each in (CHANGE, INTERVAL_CHANGE))


def labels_as_one(thresholds: Thresholds) -> list[Rule]:
    """Return how many labels count as one, of accuracy or loss and of intervals' coverage.

    Also how many rows of the reference do.
    """
    with_labels = f"({REFERENCE_ACCURACY} or {REFERENCE_LOSS})"
    labels = (LABELS_AS_ONE, REFERENCE_AS_ONE, KNOWN)
    intervals = (INTERVALS_AS_ONE, INTERVAL_REFERENCE_AS_ONE, INTERVAL_KNOWN)
    learned, of_intervals = (LEARNED, OF_MODEL), (INTERVAL_LEARNED, INTERVAL_OF_MODEL)
    return [
        *_as_one(*labels, learned, metrics.REFERENCE_DESIGN_EFFECT, with_labels, thresholds),
        *_as_one(
            *intervals,
            of_intervals,
            metrics.REFERENCE_COVERAGE_DESIGN_EFFECT,
            REFERENCE_INTERVAL_COVERAGE,
            thresholds,
        ),
    ]


def _as_one(
    name: str,
    reference: str,
    known: str,
    learned: tuple[str, str],
    gauge: Metric,
    versions: str,
    thresholds: Thresholds,
) -> list[Rule]:
    measured = f"clamp_max(max by ({VERSION}) ({gauge.name}), {thresholds.most_design_effect:g})"
    own, of_model = learned
    return [
        Rule(reference, f"{measured}\nor 1 + 0 * {versions}"),
        Rule(known, f"{own}\nor 0 * {reference} + on ({MODEL}) group_left () {of_model}"),
        Rule(
            name,
            f"({known} > {CHANCE:g} > {reference})\nor ({reference} and {known})\n"
            f"or {measured}\nor {thresholds.label_design_effect:g} + 0 * {reference}",
        ),
    ]


def changes(thresholds: Thresholds, models: Models) -> list[Rule]:
    """Return how the mean of the short window has changed since the one before, by their errors."""
    window = thresholds.short_window
    names = Window(window)
    loss = f"({names.loss_deviation} > {REFERENCE_LOSS_DEVIATION} or {REFERENCE_LOSS_DEVIATION})"
    accuracy, coverage = names.accuracy, names.interval_coverage
    seen, inside = (f"({models.within(one)} > 0)" for one in (names.labels, names.interval_labels))
    return [
        Rule(
            VARIANCE, f"{_variance(REFERENCE_ACCURACY, accuracy)} / {seen}\nor {loss} ^ 2 / {seen}"
        ),
        Rule(CHANGE, _change((accuracy, names.loss), VARIANCE, window, models)),
        Rule(INTERVAL_VARIANCE, f"{_variance(REFERENCE_INTERVAL_COVERAGE, coverage)} / {inside}"),
        Rule(INTERVAL_CHANGE, _change((coverage,), INTERVAL_VARIANCE, window, models)),
    ]


def learned(thresholds: Thresholds, models: Models) -> list[Rule]:
    """Return how many labels count as one, as the changes between short windows say."""
    longest = max(thresholds.rhythm, thresholds.long_window, key=seconds)
    return [
        rule
        for name, change, of_model in (
            (LEARNED, CHANGE, OF_MODEL),
            (INTERVAL_LEARNED, INTERVAL_CHANGE, INTERVAL_OF_MODEL),
        )
        for rule in (
            Rule(name, _learned(change, thresholds, models)),
            Rule(
                of_model,
                f"max by ({MODEL}) (last_over_time({models.within(name)}[{longest}]))",
            ),
        )
    ]


def _variance(reference: str, value: str) -> str:
    """Return that of one row: what the window shows, at least that of the reference."""
    of_row, usual = (f"{each} * (1 - {each})" for each in (value, reference))
    return f"(\n  {of_row}\n  > {usual}\n  or {usual}\n)"


def _change(means: tuple[str, ...], variance: str, window: str, models: Models) -> str:
    by = " or ".join(f"{mean} - {mean} offset {window}" for mean in means)
    both = f"({models.within(variance)} + {variance} offset {window} > 0)"
    return f"({by}) ^ 2\n/ {both}"


def _learned(change: str, thresholds: Thresholds, models: Models) -> str:
    long, series = thresholds.long_window, models.within(change)
    longest = max(thresholds.rhythm, long, key=seconds)
    # As it was before the long window: what has just changed is no dependence of labels. A version
    # that is younger has nothing else.
    old = f"{series}{_hours(longest, thresholds)} offset {long}"
    young = f"{series}{_hours(long, thresholds)}"
    found = ((old, MANY), (old, SOME), (young, SOME))
    return "\nor ".join(_effect(span, by, thresholds) for span, by in found)


def _hours(span: str, thresholds: Thresholds) -> str:
    return f"[{just_under(seconds(span))}:{thresholds.short_window}]"


def _effect(changes: str, by: Spread, thresholds: Thresholds) -> str:
    found = f"quantile_over_time({by.quantile:g}, {changes}) / {by.expected:g}"
    most = f"{thresholds.most_design_effect:g}"
    return f"(\n  clamp({found}, 1, {most})\n  and count_over_time({changes}) >= {by.least}\n)"
