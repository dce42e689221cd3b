"""The recording rules: monitoring/drift.py said again in PromQL, per model version and signal.

Replicas add up because counts are sums of what each has counted; the reference, the same on every
replica, is a max. Every rule is finite: what cannot be computed yet is absent, never NaN.
"""

from monitoring.drift import LOOKS
from monitoring.performance import accuracy, accuracy_reference
from monitoring.series import (
    BIN,
    BINS,
    CRITICAL_VALUE,
    DRIFTED,
    REFERENCE_ACCURACY,
    REFERENCE_SHARE,
    REFERENCE_SIZE,
    SIGNAL,
    VERSION,
    Rule,
    Window,
)
from monitoring.thresholds import Thresholds, seconds
from service import metrics, signals

__all__ = [
    "BIN",
    "BINS",
    "CRITICAL_VALUE",
    "DRIFTED",
    "REFERENCE_ACCURACY",
    "REFERENCE_SHARE",
    "REFERENCE_SIZE",
    "SIGNAL",
    "VERSION",
    "Rule",
    "Window",
    "accuracy",
    "accuracy_reference",
    "counted",
    "distances",
    "drift",
    "drifted",
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
        Rule(BINS, f"count by ({SIGNAL}) ({REFERENCE_SHARE})"),
    ]


def drift(window: str, thresholds: Thresholds) -> list[Rule]:
    """Return counts, shares, PSI, G, its limit and the decision of every signal over one window."""
    names = Window(window)
    prior = f"{thresholds.prior:g}"
    return [
        Rule(names.bin_counts, _bin_counts(window, thresholds)),
        Rule(names.counts, f"sum by ({SIGNAL}) ({names.bin_counts})"),
        Rule(
            names.share,
            f"({names.bin_counts} + {prior} * {REFERENCE_SHARE})\n"
            f"/ {PER_SIGNAL} ({names.counts} + {prior})",
        ),
        Rule(names.psi, _psi(names, prior)),
        Rule(names.g, _g(names)),
        Rule(names.g_limit, _g_limit(names, thresholds)),
        Rule(
            names.drifted,
            f"({names.psi} > bool {thresholds.psi_limit(window):g})\n"
            f"* ({names.g} > bool {names.g_limit})",
        ),
    ]


def distances(thresholds: Thresholds) -> list[Rule]:
    """Return KS over the windows that people look at: it decides nothing and costs the most."""
    return [Rule(Window(w).ks, _ks(Window(w), thresholds)) for w in thresholds.windows]


def counted(thresholds: Thresholds) -> Rule:
    """Return what all replicas counted in one interval, in whole rows.

    The subquery reads every counter at whole intervals, whenever it was scraped; `irate` takes the
    last two readings and knows resets; the range is a moment short of three. Unlike `increase`,
    nothing is extrapolated: readings add up over any window to the last less the first. What falls
    under zero is no counter, and left out.
    """
    interval = thresholds.count_interval
    step = seconds(interval)
    readings = f"{metrics.SIGNAL_BIN.name}[{_just_under(2 * step)}:{interval}]"
    return Rule(
        Window(interval).bin_counts, f"round({step} * sum by ({BIN}) (irate({readings}))) >= 0"
    )


def _bin_counts(window: str, thresholds: Thresholds) -> str:
    # A bin that nobody has counted yet is 0, not absent.
    each = Window(thresholds.count_interval).bin_counts
    return f"sum_over_time({each}[{_just_under(seconds(window))}])\nor 0 * {REFERENCE_SHARE}"


def _just_under(span: int) -> str:
    # Prometheus 2 takes both ends of a range, one interval too many; Prometheus 3 only the later.
    return f"{span - 1}s999ms"


def _psi(names: Window, prior: str) -> str:
    # The difference p - q, written so that it is exactly 0 where nothing was counted.
    return (
        f"sum by ({SIGNAL}) (\n"
        f"  ({names.bin_counts} - {REFERENCE_SHARE} * {PER_SIGNAL} {names.counts})\n"
        f"  / {PER_SIGNAL} ({names.counts} + {prior})\n"
        f"  * ln({names.share} / {REFERENCE_SHARE})\n"
        ")"
    )


def _ks(names: Window, thresholds: Thresholds) -> str:
    # PromQL has no running sum: a term for each cut between bins, told apart by `bin`. A signal
    # that is not numeric, or has more bins than there are terms, has no such distance.
    last = thresholds.ordered_bins
    terms = "  or ".join(_cut(names, upto) for upto in range(last))
    return (
        f"max by ({SIGNAL}) (\n  {terms})\n"
        f"/ ({names.counts} + {thresholds.prior:g})\n"
        f'unless on ({SIGNAL}) {REFERENCE_SHARE}{{bin=~"{signals.OTHER}|{last:02d}"}}'
    )


def _cut(names: Window, upto: int) -> str:
    """Return the distance of the two CDFs above a bin, in rows."""
    bins = "|".join(f"{number:02d}" for number in range(upto + 1))
    selected = f'{{bin=~"{bins}"}}'
    return (
        "label_replace(abs(\n"
        f"    sum by ({SIGNAL}) ({names.bin_counts}{selected})\n"
        f"    - {names.counts} * sum by ({SIGNAL}) ({REFERENCE_SHARE}{selected})\n"
        f'  ), "bin", "{upto:02d}", "", "")\n'
    )


def _g(names: Window) -> str:
    # An empty bin adds nothing: left out, it cannot become 0 * -Inf. An idle signal is 0.
    return (
        f"2 * sum by ({SIGNAL}) (\n"
        f"  ({names.bin_counts} > 0)\n"
        f"  * ln({names.bin_counts} / {PER_SIGNAL} {names.counts} / {REFERENCE_SHARE})\n"
        f") / (1 + {names.counts} / {REFERENCE_SIZE})\n"
        f"or 0 * {names.counts}"
    )


def _g_limit(names: Window, thresholds: Thresholds) -> str:
    windows = seconds(thresholds.quiet_for) / seconds(names.window)
    looks = f"ln(1 + {LOOKS * windows:g} / (1 + {names.counts} / {REFERENCE_SIZE}))"
    return (
        f"{CRITICAL_VALUE}\n"
        f"+ 2 * {looks}\n"
        f"/ (1 - ({BINS} - 3) / ({CRITICAL_VALUE} + {looks}))"
    )


def drifted(thresholds: Thresholds) -> Rule:
    """Return the decision over all windows: 1 where any of them passes."""
    each = [Window(window).drifted for window in thresholds.drift_windows]
    return Rule(DRIFTED, " or ".join([*(f"({name} == 1)" for name in each), *each]))
