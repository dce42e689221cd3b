"""The recording rules of estimates without labels, held against labels: where they are withdrawn.

They compute what perennial/statistics/estimate.py defines. An estimate that labels contradict has
no value until they agree with it again; then nothing is judged by it, and the last judgement stays.
"""

from dataclasses import dataclass

from monitoring.recording.series import (
    EVERY,
    REFERENCE_ACCURACY,
    REFERENCE_CONFIDENCE,
    REFERENCE_EXPECTED_DEVIATION,
    REFERENCE_LOSS,
    VERSION,
    Models,
    Rule,
    Window,
)
from monitoring.recording.spans import just_under
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import service as metrics

WITHDRAWN = "model_version:estimate_withdrawn"
DESIGN_EFFECT = "model_version:estimate_design_effect"
FALL, RISE = "model_version:estimated_fall", "model_version:estimated_rise"
KNOWN = f"unless {WITHDRAWN} == 1"
# Windows that are added up from short ones: a rhythm, or the long window if that is longer; and
# four of them.
RHYTHM, MONTH, FOUR = "rhythm", "month", 4
MEMORY = "1h"
# What is recorded at this very moment may not be there yet.
MOMENT = "30s"


@dataclass(frozen=True)
class Checked(Window):
    """The names of what labels say of an estimate in a window, too."""

    @property
    def rows(self) -> str:
        """Labels of predictions of which something was estimated."""
        return f"model_version:checked_labels:{self.window}"

    @property
    def gap(self) -> str:
        """Estimated less realised accuracy or loss of these rows; absent without any."""
        return f"model_version:estimate_gap:{self.window}"

    @property
    def deviation(self) -> str:
        """Standard deviation of one row around its estimate."""
        return f"model_version:estimate_deviation:{self.window}"

    def limit(self, thresholds: Thresholds) -> str:
        """Return the expression of how far the gap may be from 0 by chance."""
        effect = f"{DESIGN_EFFECT} / ({self.rows} > 0)"
        return f"{thresholds.estimate_z:g} * {self.deviation} * sqrt({effect})"


def checked(window: str, models: Models = EVERY) -> list[Rule]:
    """Return what labels say of the estimate in one window."""
    names = Checked(window)
    expected, squares = metrics.FEEDBACK_EXPECTED.name, metrics.FEEDBACK_EXPECTED_SQUARES.name
    count, total, off = (
        f"sum by ({VERSION}) (increase({models.within(name)}[{window}]))"
        for name in (f"{expected}_count", f"{expected}_sum", squares)
    )
    over = f"{names.bin_labels} * ({names.bin_confidence} - {names.bin_accuracy})"
    estimate = f"clamp({names.accuracy} + {names.gap}, 0, 1)"
    ours, theirs = (f"{share} * (1 - {share})" for share in (estimate, names.accuracy))
    live = f"sqrt(clamp_min(\n  {off}\n  / ({names.rows} > 0)\n  - {names.gap} ^ 2, 0\n))"
    return [
        Rule(names.rows, f"sum by ({VERSION}) ({names.bin_labels})\nor {count}"),
        Rule(
            names.gap,
            f"{REFERENCE_ACCURACY} - {REFERENCE_CONFIDENCE}\n"
            f"+ sum by ({VERSION}) ({over})\n/ ({names.rows} > 0)\n"
            f"or (\n  {total}\n  / ({names.rows} > 0)\n  - {names.loss}\n)",
        ),
        Rule(
            names.deviation,
            f"sqrt(({ours} > {theirs}) or clamp_min({theirs}, 0))\n"
            f"or (({live} > {REFERENCE_EXPECTED_DEVIATION}) or {REFERENCE_EXPECTED_DEVIATION}\n"
            f"and {names.gap})",
        ),
    ]


def past(thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return what is added up from many short windows, which costs more than all else here."""
    return [
        *(rule for name in _windows(thresholds)[2:] for rule in _added(name, thresholds, models)),
        Rule(DESIGN_EFFECT, _design_effect(thresholds, models)),
    ]


def judged(thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return whether the estimate is withdrawn, and what it says while it is not."""
    return [
        Rule(WITHDRAWN, _withdrawn(thresholds, models)),
        Rule(FALL, _lasting(FALL, _fell(thresholds, models), thresholds, models)),
        Rule(RISE, _lasting(RISE, _rose(thresholds, models), thresholds, models)),
    ]


def _windows(thresholds: Thresholds) -> tuple[str, ...]:
    """Return the windows in which labels are held against estimates.

    >>> _windows(Thresholds()), _windows(Thresholds(rhythm="0s"))
    (('1h', '1d', 'rhythm', 'month'), ('1h', '1d', 'month'))
    """
    longer = seconds(thresholds.rhythm) > seconds(thresholds.long_window)
    return (*thresholds.windows, *([RHYTHM] if longer else []), MONTH)


def _added(window: str, thresholds: Thresholds, models: Models) -> list[Rule]:
    """Return what labels say in a window that is added up from short ones."""
    names, short = Checked(window), Checked(thresholds.short_window)
    rows, many = models.within(short.rows), FOUR if window == MONTH else 1

    def total(series: str) -> str:
        return f"sum_over_time(({series}){_steps(thresholds, MOMENT, many)})"

    return [
        Rule(names.rows, total(rows)),
        Rule(names.gap, f"{total(f'{rows} * {short.gap}')}\n/ ({names.rows} > 0)"),
        Rule(
            names.deviation,
            f"sqrt(\n  {total(f'{rows} * {short.deviation} ^ 2')}\n  / ({names.rows} > 0)\n)",
        ),
    ]


def _steps(thresholds: Thresholds, offset: str, many: int = 1) -> str:
    """Return the range of the short windows within so many rhythms, or long windows, until then."""
    longest = max(thresholds.rhythm, thresholds.long_window, key=seconds)
    return f"[{just_under(many * seconds(longest))}:{thresholds.short_window}] offset {offset}"


def _design_effect(thresholds: Thresholds, models: Models) -> str:
    short = Checked(thresholds.short_window)
    error = f"{short.deviation} / sqrt({short.rows} > 0) > 0"
    standardised = f"{models.within(short.gap)} / ({error})"
    # As it was before the long window: what has just changed is no dependence of rows.
    found = f"stdvar_over_time(({standardised}){_steps(thresholds, thresholds.long_window)})"
    most = f"{thresholds.most_design_effect:g}"
    known = f"{models.within(REFERENCE_ACCURACY)} or {models.within(REFERENCE_LOSS)}"
    return f"clamp({found}, 1, {most})\nor 1 + 0 * ({known})"


def _withdrawn(thresholds: Thresholds, models: Models) -> str:
    least, names = f"{thresholds.least_rows:g}", [*map(Checked, _windows(thresholds))]
    contradicted = "\n  or ".join(
        f"{models.within(each.rows)} >= {least}\n"
        f"  and abs({each.gap}) > {each.limit(thresholds)}\n"
        f"  and abs({each.gap}) > {_least(thresholds)}"
        for each in names
    )
    labelled = " or ".join(f"{each.rows} > 0" for each in names)
    *_, shorter, longest = names
    contradicted += f"\n  and {shorter.rows} < {thresholds.estimate_labels:g}"
    known = f"{models.within(REFERENCE_ACCURACY)} or {models.within(REFERENCE_LOSS)}"
    return (
        f"1 + 0 * (\n  {contradicted}\n)\n"
        f"or 0 * ({models.within(longest.rows)} >= {least})\n"
        f"or last_over_time({models.within(WITHDRAWN)}[{MEMORY}])"
        f" and ({known}) and ({labelled})\n"
        f"or 0 * ({known})"
    )


def _least(thresholds: Thresholds) -> str:
    """Return the gap that matters, in the unit of the estimate."""
    return (
        f"({thresholds.estimate_gap:g} + 0 * {REFERENCE_ACCURACY}"
        f" or {thresholds.estimate_loss_gap:g} * {REFERENCE_LOSS})"
    )


# By what is judged: what is known where it is, and the gap of an estimate that was too bad.
_OF = {FALL: (REFERENCE_ACCURACY, "< 0"), RISE: (REFERENCE_LOSS, "> 0")}


def _lasting(name: str, judged: str, thresholds: Thresholds, models: Models) -> str:
    """Return what is judged; while the estimate is withdrawn, what alerts then goes on alerting.

    It ends where labels of the long window say that things are better than was estimated. A change
    that has not lasted long enough to alert is forgotten. Nothing is judged before the estimates of
    all windows are back.
    """
    known, too_bad = _OF[name]
    long = Checked(thresholds.long_window)
    refuted = f"({long.gap} {too_bad} and {long.rows} >= {thresholds.least_rows:g})"
    span = seconds(thresholds.retrain_for) + 2 * seconds(thresholds.count_interval)
    pending = f"min_over_time({name}[{just_under(span)}]) == 0"
    back = 2 * seconds(thresholds.long_interval)
    lately = f"max_over_time({WITHDRAWN}[{back}s]) == 1"
    return (
        f"(\n{judged}\n) unless {lately}\n"
        f"or (last_over_time({models.within(name)}[{MEMORY}])\n  unless {pending}\n"
        f"  unless {refuted}) and {lately}\n"
        f"or 0 * ({models.within(WITHDRAWN)} and {known})"
    )


def _fell(thresholds: Thresholds, models: Models) -> str:
    """Return by how much the estimated accuracy fell, if that is far enough to alert."""
    parts = []
    for window in thresholds.windows:
        names = Window(window)
        parts.append(
            f"(\n  ({models.within(REFERENCE_ACCURACY)} - {names.estimated}"
            f" > {thresholds.least_drop(window):g})\n"
            f"  and {names.estimated} < {names.estimated_limit}\n"
            f"  and {names.predictions} >= {thresholds.least_rows:g}\n)"
        )
    return _or_zero(parts, [Window(window).estimated for window in thresholds.windows], models)


def _rose(thresholds: Thresholds, models: Models) -> str:
    """Return the estimated loss, if it is far enough above that of the reference to alert."""
    parts = []
    for window in thresholds.windows:
        names, least = Window(window), 1 + thresholds.least_rise(window)
        parts.append(
            f"(\n  ({models.within(names.expected_loss)} > {least:g} * {REFERENCE_LOSS})\n"
            f"  and {names.expected_loss} > {names.expected_limit}\n"
            f"  and {names.expected_rows} >= {thresholds.least_rows:g}\n)"
        )
    return _or_zero(parts, [Window(window).expected_loss for window in thresholds.windows], models)


def _or_zero(parts: list[str], estimates: list[str], models: Models) -> str:
    known = "\nor ".join(f"0 * {models.within(one)}" for one in estimates)
    return "\nor ".join([*parts, known])
