"""The recording rules: drift and evidence as in perennial/statistics/, in PromQL.

There is a series per model version and signal. Replicas add up because counts are sums of what each
has counted; the reference, the same on every replica, is a max. Every rule is finite: what cannot
be computed yet is absent, never NaN.
"""

from monitoring.recording.performance import accuracy, accuracy_reference
from monitoring.recording.series import (
    BIN,
    BINS,
    CRITICAL_VALUE,
    DRIFTED,
    EVERY,
    RANK,
    RANK_CRITICAL_VALUE,
    REFERENCE_ACCURACY,
    REFERENCE_SHARE,
    REFERENCE_SIZE,
    SIGNAL,
    VERSION,
    Models,
    Rule,
    Window,
)
from monitoring.recording.spans import just_under
from monitoring.thresholds import Thresholds, seconds
from perennial import signals
from perennial.metric_names import service as metrics
from perennial.statistics.evidence import LEAST_VARIANCE, LOOKS

__all__ = [
    "BIN",
    "BINS",
    "CRITICAL_VALUE",
    "DRIFTED",
    "EVERY",
    "REFERENCE_ACCURACY",
    "REFERENCE_SHARE",
    "REFERENCE_SIZE",
    "SIGNAL",
    "VERSION",
    "Models",
    "Rule",
    "Window",
    "accuracy",
    "accuracy_reference",
    "counted",
    "distances",
    "drift",
    "drifted",
    "ranks",
    "signal_reference",
]

PER_SIGNAL = f"on ({SIGNAL}) group_left ()"


def signal_reference() -> list[Rule]:
    """Return the reference of each signal, once for all replicas.

    A zero would make infinities of what is divided by it: left out, it is a mismatch that alerts.
    """
    return [
        Rule(REFERENCE_SHARE, f"max by ({BIN}) ({metrics.REFERENCE_SHARE.name}) > 0"),
        Rule(REFERENCE_SIZE, f"max by ({SIGNAL}) ({metrics.REFERENCE_SIZE.name}) > 0"),
        Rule(CRITICAL_VALUE, f"max by ({SIGNAL}) ({metrics.CRITICAL_VALUE.name})"),
        Rule(RANK_CRITICAL_VALUE, f"max by ({SIGNAL}) ({metrics.RANK_CRITICAL_VALUE.name})"),
        Rule(BINS, f"count by ({SIGNAL}) ({REFERENCE_SHARE})"),
    ]


def ranks(thresholds: Thresholds) -> Rule:
    """Return the rank of each ordered bin, which costs the most and never changes in a version."""
    return Rule(RANK, _rank_of_bins(thresholds))


def drift(window: str, thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return counts, PSI, baseline, evidence and the decision of every signal over one window."""
    names = Window(window)
    shown = (
        [Rule(names.share, _share(names, thresholds, models))]
        if window in thresholds.windows
        else []
    )
    return [
        Rule(names.bin_counts, _bin_counts(window, thresholds, models)),
        Rule(names.counts, f"sum by ({SIGNAL}) ({names.bin_counts})"),
        *shown,
        Rule(names.psi, _psi(names, thresholds)),
        Rule(names.baseline_rows, _baseline_rows(names, thresholds, models)),
        Rule(names.baseline_size, f"sum by ({SIGNAL}) ({names.baseline_rows})"),
        Rule(names.g, _g(names)),
        Rule(names.rank, _rank(names)),
        Rule(names.evidence, _evidence(names, thresholds, models)),
        Rule(names.drifted, _drifted(names, thresholds, models)),
    ]


def _drifted(names: Window, thresholds: Thresholds, models: Models) -> str:
    decided = (
        f"({names.psi}{models.selector} > bool {names.psi_limit})\n"
        f"* ({names.evidence} > bool 1)"
    )
    place = thresholds.watched_windows.index(names.window)
    if place == 0:
        return decided
    shorter, long = (
        Window(w) for w in (thresholds.watched_windows[place - 1], thresholds.long_window)
    )
    decided += f"\n* ({names.counts} > bool {thresholds.fuller:g} * {shorter.counts})"
    if seconds(names.window) > seconds(long.window):
        # A rhythm whose last day is like the reference has its drift behind it.
        decided += f"\n* ({long.psi} > bool {thresholds.psi_limit(long.window):g})"
    return decided


def distances(thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return KS over the windows that people look at: it decides nothing and costs the most."""
    return [Rule(Window(w).ks, _ks(Window(w), thresholds, models)) for w in thresholds.windows]


def counted(thresholds: Thresholds) -> Rule:
    """Return what all replicas counted in one interval, in whole rows.

    The subquery reads every counter at whole intervals, whenever it was scraped; `irate` takes the
    last two readings and knows resets; the range is a moment short of three. Unlike `increase`,
    nothing is extrapolated: readings add up over any window to the last less the first. What falls
    under zero is no counter, and left out.
    """
    interval = thresholds.count_interval
    step = seconds(interval)
    readings = f"{metrics.SIGNAL_BIN.name}[{just_under(2 * step)}:{interval}]"
    return Rule(
        Window(interval).bin_counts, f"round({step} * sum by ({BIN}) (irate({readings}))) >= 0"
    )


def _bin_counts(window: str, thresholds: Thresholds, models: Models) -> str:
    # A bin that nobody has counted yet is 0, not absent.
    each, of = Window(thresholds.count_interval).bin_counts, models.selector
    span = just_under(seconds(window))
    if seconds(window) > seconds(thresholds.long_window):
        # Whole long windows, which costs little; none is counted twice.
        each = Window(thresholds.long_window).bin_counts
        span = f"{span}:{thresholds.long_window}"
    return f"sum_over_time({each}{of}[{span}])\nor 0 * {REFERENCE_SHARE}{of}"


def _share(names: Window, thresholds: Thresholds, models: Models = EVERY) -> str:
    prior = f"{thresholds.prior:g}"
    return (
        f"({names.bin_counts}{models.selector} + {prior} * {REFERENCE_SHARE})\n"
        f"/ {PER_SIGNAL} ({names.counts} + {prior})"
    )


def _psi(names: Window, thresholds: Thresholds) -> str:
    # The difference p - q, written so that it is exactly 0 where nothing was counted.
    return (
        f"sum by ({SIGNAL}) (\n"
        f"  ({names.bin_counts} - {REFERENCE_SHARE} * {PER_SIGNAL} {names.counts})\n"
        f"  / {PER_SIGNAL} ({names.counts} + {thresholds.prior:g})\n"
        f"  * ln({_share(names, thresholds)} / {REFERENCE_SHARE})\n"
        ")"
    )


def _baseline_rows(names: Window, thresholds: Thresholds, models: Models) -> str:
    reference = f"{REFERENCE_SHARE}{models.selector} * {PER_SIGNAL} {REFERENCE_SIZE}"
    if seconds(names.window) >= seconds(thresholds.long_window):
        return reference
    # The long window is evaluated less often, and may lack what has just been counted.
    longest = Window(thresholds.long_window).bin_counts
    past = f"clamp_min({longest} - {names.bin_counts}, 0) or 0 * {REFERENCE_SHARE}"
    return f"{reference}\n+ ({past})"


def _rank_of_bins(thresholds: Thresholds) -> str:
    # A signal without order has no rank, as it has no KS.
    upto = range(thresholds.ordered_bins)
    terms = " or ".join(
        "label_replace(\n"
        f'  sum by ({SIGNAL}) ({REFERENCE_SHARE}{_first(number)}), "bin", "{number:02d}", "", ""\n)'
        for number in upto
    )
    return f"({terms})\n- {REFERENCE_SHARE} / 2\n{_unless_unordered(thresholds)}"


def _first(upto: int) -> str:
    bins = "|".join(f"{number:02d}" for number in range(upto + 1))
    return f'{{bin=~"{bins}"}}'


def _unless_unordered(thresholds: Thresholds) -> str:
    others = f'{{bin=~"{signals.OTHER}|{thresholds.ordered_bins:02d}"}}'
    return f"unless on ({SIGNAL}) {REFERENCE_SHARE}{others}"


def _ks(names: Window, thresholds: Thresholds, models: Models) -> str:
    # PromQL has no running sum: a term for each cut between bins, told apart by `bin`. A signal
    # that is not numeric, or has more bins than there are terms, has no such distance.
    terms = "  or ".join(_cut(names, upto) for upto in range(thresholds.ordered_bins))
    return (
        f"max by ({SIGNAL}) (\n  {terms})\n"
        f"/ ({names.counts}{models.selector} + {thresholds.prior:g})\n"
        f"{_unless_unordered(thresholds)}"
    )


def _cut(names: Window, upto: int) -> str:
    """Return the distance of the two CDFs above a bin, in rows."""
    selected = _first(upto)
    return (
        "label_replace(abs(\n"
        f"    sum by ({SIGNAL}) ({names.bin_counts}{selected})\n"
        f"    - {names.counts} * sum by ({SIGNAL}) ({REFERENCE_SHARE}{selected})\n"
        f'  ), "bin", "{upto:02d}", "", "")\n'
    )


def _g(names: Window) -> str:
    # An empty bin adds nothing: left out, it cannot become 0 * -Inf. An idle signal is 0.
    expected = f"({names.baseline_rows} / {PER_SIGNAL} {names.baseline_size})"
    return (
        f"2 * sum by ({SIGNAL}) (\n"
        f"  ({names.bin_counts} > 0)\n"
        f"  * ln({names.bin_counts} / {PER_SIGNAL} {names.counts} / {expected})\n"
        f") / (1 + {names.counts} / {names.baseline_size})\n"
        f"or 0 * {names.counts}"
    )


def _rank(names: Window) -> str:
    # Sums over the ordered bins, the only ones with a rank: of rows live and of the baseline, and
    # of their ranks. Without variance, or traffic, nothing can move.
    live, base = names.bin_counts, names.baseline_rows
    rows, ranks = f"sum by ({SIGNAL}) ({live} and {RANK})", f"sum by ({SIGNAL}) ({live} * {RANK})"
    size, total = f"sum by ({SIGNAL}) ({base} and {RANK})", f"sum by ({SIGNAL}) ({base} * {RANK})"
    squares = f"sum by ({SIGNAL}) ({base} * {RANK} ^ 2)"
    return (
        f"({ranks} - {rows} * {total} / {size}) ^ 2\n"
        f"/ (\n"
        f"  (({squares} - {total} ^ 2 / {size}) / {names.baseline_size} > {LEAST_VARIANCE:g})\n"
        f"  * ({names.counts} > 0) * (1 + {names.counts} / {names.baseline_size})\n"
        ")\n"
        f"or 0 * {total}"
    )


def _evidence(names: Window, thresholds: Thresholds, models: Models) -> str:
    windows = seconds(thresholds.quiet_for) / seconds(names.window)
    inflation, worth = f"{names.counts} / {names.baseline_size}", ""
    if seconds(thresholds.rhythm):
        rows_as_one = Window(thresholds.effect_window(names.window)).design_effect
        worth = f"\n* (1 + {inflation}) / ({rows_as_one} + {inflation})"
        # A few clients are no population.
        worth += f"\n* clamp_max({names.counts} / ({thresholds.least_worth:g} * {rows_as_one}), 1)"
        inflation = f"{inflation} / {rows_as_one}"
    looks = f"ln(1 + {LOOKS * windows:g} / (1 + {inflation}))"
    of = models.selector
    g = f"{names.g}{of} / ({_limit(CRITICAL_VALUE, BINS, looks)})"
    rank = f"{names.rank}{of} / ({_limit(RANK_CRITICAL_VALUE, '2', looks)})"
    return (
        f"max by ({SIGNAL}) (\n"
        f'  label_replace({g}, "test", "g", "", "")\n'
        f'  or label_replace({rank}, "test", "rank", "", "")\n'
        f"){worth}"
    )


def _limit(critical: str, bins: str, looks: str) -> str:
    return f"{critical} + 2 * {looks} / (1 - ({bins} - 3) / ({critical} + {looks}))"


def drifted(thresholds: Thresholds, models: Models = EVERY) -> Rule:
    """Return the decision over all windows: 1 where any of them passes."""
    each = [Window(w).drifted + models.selector for w in thresholds.watched_windows]
    return Rule(DRIFTED, " or ".join([*(f"({name} == 1)" for name in each), *each]))
