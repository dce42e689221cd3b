"""The recording rules of what is usual, as in perennial/statistics/usual.py, in PromQL.

What a model's windows did for a whole rhythm decides what is news in the next one. That past is of
the model, whichever version served; a new version starts with it.
"""

from dataclasses import dataclass

from monitoring.recording.series import (
    BINS,
    DRIFTED,
    MODEL,
    REFERENCE_SIZE,
    SIGNAL,
    VERSION,
    Models,
    Rule,
    Window,
)
from monitoring.recording.spans import just_under
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import service as metrics

KNOWN = "model_signal:known:max"
OF_MODEL = f"{MODEL}, {SIGNAL.rpartition(', ')[2]}"
# To every version that is there, from what its model has.
OF_EACH = f"0 * {REFERENCE_SIZE} + on ({OF_MODEL}) group_left ()"
# A version's own past begins so late in its first window, as a moment is no past.
MOMENT = "30s"


@dataclass(frozen=True)
class PastWindow(Window):
    """The names of what is kept of a window, too."""

    @property
    def dispersion(self) -> str:
        """G over its mean for independent rows: on average 1 where rows are, else more."""
        return f"model_version_signal:dispersion:{self.window}"

    @property
    def steady_rank(self) -> str:
        """The same of the rank statistic, whose mean is 1."""
        return f"model_version_signal:rank_dispersion:{self.window}"

    @property
    def calm(self) -> str:
        """PSI of a signal while it does not drift in any window."""
        return f"model_version_signal:calm_psi:{self.window}"

    @property
    def usual(self) -> str:
        """The largest PSI that is usual; absent where nothing is known yet."""
        return f"model_version_signal:usual_psi:{self.window}"


def kept(thresholds: Thresholds, models: Models) -> list[Rule]:
    """Return what is kept of each window: how far it is from its reference while all is calm."""
    rules = []
    for window in thresholds.learned_windows:
        names = PastWindow(window)
        # With fewer rows than the prior weighs, PSI is small whatever came.
        known = f"and on ({SIGNAL}) {names.counts} > {thresholds.prior:g}"
        calm = f"{names.psi}{models.selector}\n{known}\nunless on ({SIGNAL}) {DRIFTED} == 1"
        rules.append(Rule(names.calm, calm))
        if window == thresholds.effect_window(window):
            steady = f"unless on ({SIGNAL}) {DRIFTED} == 1"
            dispersion = f"{names.g}{models.selector} / ({BINS} - 1)\n{steady}"
            rules.append(Rule(names.dispersion, dispersion))
            rules.append(Rule(names.steady_rank, f"{names.rank}{models.selector}\n{steady}"))
    return rules


def usual(thresholds: Thresholds, models: Models) -> list[Rule]:
    """Return what the past says of each window: its limit of PSI, and what its rows are worth."""
    rules = []
    if seconds(thresholds.rhythm):
        rules.append(_known(thresholds, models))
    for window in thresholds.learned_windows:
        rules.append(Rule(PastWindow(window).usual, _usual(window, thresholds, models)))
        if window == thresholds.effect_window(window):
            effect = _design_effect(PastWindow(window), thresholds, models)
            rules.append(Rule(Window(window).design_effect, effect))
    for window in thresholds.watched_windows:
        rules.append(Rule(Window(window).psi_limit, _psi_limit(window, thresholds, models)))
    for window in thresholds.windows if thresholds.learned_windows else ():
        effect = Window(thresholds.effect_window(window)).design_effect + models.selector
        answers = f"{effect} and on ({SIGNAL}) {metrics.SIGNAL_OF_OUTPUT.name}"
        rules.append(Rule(Window(window).answer_effect, f"max by ({VERSION}) ({answers})"))
    return rules


def _known(thresholds: Thresholds, models: Models) -> Rule:
    long = thresholds.long_window
    then = f"{Window(long).counts}{models.selector}[{just_under(seconds(long))}]"
    expr = f"max by ({OF_MODEL}) (present_over_time({then} offset {thresholds.rhythm}))"
    return Rule(KNOWN, expr)


def _rhythm(series: str, window: str, thresholds: Thresholds) -> str:
    """Return a series as it was at every step of a whole rhythm."""
    return f"{series}[{just_under(seconds(thresholds.rhythm))}:{thresholds.past_step(window)}]"


def _usual(window: str, thresholds: Thresholds, models: Models) -> str:
    names, of = PastWindow(window), models.selector
    past = _rhythm(names.calm + of, window, thresholds)
    calm = f"max by ({OF_MODEL}) (max_over_time({past} offset {window}))"
    if window == thresholds.drift_windows[0]:
        young = f"{names.calm}{of}[{just_under(seconds(window))}] offset {MOMENT}"
        calm = f"({calm} or max by ({OF_MODEL}) (max_over_time({young})))"
    earlier = max(window, thresholds.forgiven_after, key=seconds)
    own = f"max_over_time({_rhythm(names.psi + of, window, thresholds)} offset {earlier})"
    # While a signal drifts, what was usual before is usual still.
    return (
        f"({_last(names.usual + of, thresholds)} and on ({SIGNAL}) {DRIFTED} == 1)\n"
        f"or max by ({SIGNAL}) (\n"
        f'  label_replace({OF_EACH} {calm}, "past", "calm", "", "")\n'
        f'  or label_replace({own} and on ({SIGNAL}) {REFERENCE_SIZE}, "past", "own", "", "")\n'
        ")\n"
        # A version that starts amid drift goes on with what was usual before.
        f"or {OF_EACH} max by ({OF_MODEL}) ({_last(names.usual + of, thresholds)})"
    )


def _last(series: str, thresholds: Thresholds) -> str:
    """Return the last value of a series, also where evaluations were missed."""
    return f"last_over_time({series}[{thresholds.short_window}])"


def _design_effect(names: PastWindow, thresholds: Thresholds, models: Models) -> str:
    tests = "\n  or ".join(
        f'label_replace({_mean(series + models.selector, names.window, thresholds)}, "test", '
        f'"{test}", "", "")'
        for test, series in (("g", names.dispersion), ("rank", names.steady_rank))
    )
    most = f"{thresholds.most_design_effect:g}"
    held = _last(names.design_effect + models.selector, thresholds)
    return (
        f"({held} and on ({SIGNAL}) {DRIFTED} == 1)\n"
        f"or ({OF_EACH} (\n"
        f"  clamp(max by ({OF_MODEL}) (\n  {tests}\n  ), 1, {most})\n"
        f"  and on ({OF_MODEL}) {KNOWN}\n"
        f"))\nor {thresholds.design_effect:g} + 0 * {REFERENCE_SIZE}{models.selector}"
    )


def _mean(series: str, window: str, thresholds: Thresholds) -> str:
    """Return the mean of a statistic over a rhythm, without windows in which nothing came."""
    # What is recorded at this very moment may not be there yet.
    past = f"{_rhythm(series, window, thresholds)} offset {MOMENT}"
    seen = f"{_rhythm(f'({series} > 0)', window, thresholds)} offset {MOMENT}"
    total, number = f"sum_over_time({past})", f"count_over_time({seen})"
    return f"sum by ({OF_MODEL}) ({total}) / sum by ({OF_MODEL}) ({number})"


def _psi_limit(window: str, thresholds: Thresholds, models: Models) -> str:
    names, least = PastWindow(window), thresholds.psi_limit(window)
    everywhere = f"0 * {REFERENCE_SIZE}{models.selector}"
    limit = f"{least:g} + {everywhere}"
    if thresholds.learned(window):
        usual, gross = f"{names.usual}{models.selector}", max(thresholds.gross_psi, least)
        news = f"clamp_min({thresholds.news:g} * {usual}, {least:g})"
        most = f"clamp_min({thresholds.gross_news:g} * {usual}, {gross:g})"
        # The lower of both.
        limit = f"({news} < {most} or {most}) and on ({OF_MODEL}) {KNOWN}\n"
        if thresholds.early(window):
            limit += f"or clamp_max({news}, {gross:g})\n"
        limit += f"or {gross:g} + {everywhere}"
    if window == thresholds.drift_windows[0] or not seconds(thresholds.rhythm):
        return limit
    # Until the version was watched for so long, the window holds no more than a shorter one.
    then = f"{names.counts}[{just_under(seconds(thresholds.short_window))}] offset {window}"
    shorter = Window(thresholds.watched_windows[thresholds.watched_windows.index(window) - 1])
    return (
        f"({limit})\nand on ({SIGNAL}) present_over_time({then})\n"
        f"or clamp_min({shorter.psi_limit}{models.selector}, {thresholds.gross_psi:g})"
    )
