"""The recording rules of how much worse answers were at the same hours of last week: no news.

Where others come at night or at weekends, accuracy and loss differ too. So a window counts only
beyond what it surely was at the same hours a rhythm ago; until a rhythm is known, a day ago. While
a rhythm is worse as a whole, nothing is excused. Each version has a past of its own.
"""

from monitoring.recording.costs import QUALITY, USUAL, each, of
from monitoring.recording.series import (
    EVERY,
    REFERENCE_ACCURACY,
    REFERENCE_INTERVAL_COVERAGE,
    REFERENCE_LOSS,
    Models,
    Rule,
    Window,
)
from monitoring.recording.spans import just_under
from monitoring.thresholds import Thresholds, seconds

# Standard errors by which a window must have been worse: of a week's hours, a few are worse by two.
SURELY = 3.0
# Changes that the short window shows, and those that the long one does.
LARGE, SMALL = "large", "small"
LASTING = "model_version_quality:rise_of_rhythm"


def surely(change: str) -> str:
    """Return the name of how much worse than usual a window surely was: LARGE is of the short one.

    >>> surely(LARGE)
    'model_version_quality:sure_rise:large'
    """
    return f"model_version_quality:sure_rise:{change}"


def no_news(change: str) -> str:
    """Return the name of how much worse the window was at the same hours before.

    >>> no_news(LARGE)
    'model_version_quality:rise_at_same_hours:large'
    """
    return f"model_version_quality:rise_at_same_hours:{change}"


def excused(change: str, quality: str) -> str:
    """Return the same of one quality, for series that do not have its label.

    >>> excused(LARGE, "loss")
    'ignoring (quality) model_version_quality:rise_at_same_hours:large{quality="loss"}'
    """
    return f"ignoring ({QUALITY}) {no_news(change)}{of(quality)}"


def ago(thresholds: Thresholds) -> tuple[str, ...]:
    """Return how long ago the same hours were, the farthest first.

    >>> ago(Thresholds()), ago(Thresholds(rhythm="1d")), ago(Thresholds(rhythm="0s"))
    (('1w', '1d'), ('1d',), ())
    """
    longest = max(thresholds.rhythm, thresholds.long_window, key=seconds)
    spans = dict.fromkeys((longest, thresholds.long_window))
    return tuple(spans) if seconds(thresholds.rhythm) else ()


def kept(thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return how much worse each window surely was, and how much worse a whole rhythm was."""
    if not ago(thresholds):
        return []
    long, span = Window(thresholds.long_window), f"{ago(thresholds)[0]}:{thresholds.short_window}"

    def mean(series: str) -> str:
        return f"avg_over_time({models.within(series)}[{span}])"

    lasting = each(
        accuracy=f"{REFERENCE_ACCURACY} - {mean(long.accuracy)}",
        loss=f"{mean(long.loss)} - {REFERENCE_LOSS}",
        coverage=f"{REFERENCE_INTERVAL_COVERAGE} - {mean(long.interval_coverage)}",
    )
    return [
        *(
            Rule(surely(change), _surely(Window(window), thresholds, models))
            for change, window in zip((LARGE, SMALL), thresholds.windows, strict=True)
        ),
        Rule(LASTING, lasting),
    ]


def _surely(names: Window, thresholds: Thresholds, models: Models) -> str:
    # A control limit is accuracy_z standard errors beyond the reference.
    part = f"{SURELY / thresholds.accuracy_z:g}"
    accuracy = models.within(REFERENCE_ACCURACY)
    coverage = models.within(REFERENCE_INTERVAL_COVERAGE)
    return each(
        accuracy=f"{accuracy} - {names.accuracy}\n"
        f"  - {part} * ({REFERENCE_ACCURACY} - {names.accuracy_limit})",
        loss=f"{names.loss} - {models.within(REFERENCE_LOSS)}\n"
        f"  - {part} * ({names.loss_limit} - {REFERENCE_LOSS})",
        coverage=f"{coverage} - {names.interval_coverage}\n"
        f"  - {part} * ({REFERENCE_INTERVAL_COVERAGE} - {names.interval_limit})",
    )


def same_hours(
    change: str, thresholds: Thresholds, models: Models, *, slump: str, tolerated: str, memory: str
) -> Rule:
    """Return how much worse a window may be, which stays as it was while a slump lasts.

    slump: 1 while one lasts.  tolerated: the cost up to which nothing has changed for long.
    memory: how long it is remembered over a gap.
    """
    name, usual = no_news(change), models.within(USUAL)
    if not ago(thresholds):
        return Rule(name, f"0 * {usual}")
    span = just_under(2 * seconds(thresholds.short_window))
    then = "\n    or ".join(
        f"max_over_time({surely(change)}[{span}] "
        f"offset {seconds(each) - seconds(thresholds.short_window)}s)"
        for each in ago(thresholds)
    )
    return Rule(
        name,
        f"(last_over_time({models.within(name)}[{memory}])\n"
        f"  and last_over_time({slump}[{memory}]) == 1)\n"
        f"or (\n  clamp_min(\n    {then},\n  0)\n"
        f"  and {usual} unless {LASTING} > {tolerated} - {USUAL}\n)\n"
        f"or 0 * {usual}",
    )
