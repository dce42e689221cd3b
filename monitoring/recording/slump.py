"""The recording rules of a slump: from when accuracy or loss is no longer what it was, until it is.

The sums are those of perennial/statistics/cumulative_sum.py. Each goes on from its own last value,
which is remembered for an hour: over a gap, while Prometheus restarts, or when no replica answers.
"""

from monitoring.recording.costs import (
    ACCURACY,
    AS_ONE,
    COST,
    COVERAGE,
    DEVIATION,
    LOSS,
    QUALITY,
    ROWS,
    SIZE,
    USUAL,
    each,
    of,
)
from monitoring.recording.same_hours import LARGE, SMALL, excused, no_news, same_hours
from monitoring.recording.series import (
    EVERY,
    REFERENCE_ACCURACY,
    REFERENCE_INTERVAL_COVERAGE,
    REFERENCE_LOSS,
    Models,
    Rule,
    Window,
)
from monitoring.thresholds import Thresholds
from perennial.statistics.cumulative_sum import HEAVIEST

MEMORY = "1h"
# Standard errors by which a window's mean loss must exceed the reference's to agree with the sum:
# the reference's own deviation is too small where losses have a long tail.
AGREES = 3.0
SLUMP = "model_version_quality:slump"
# The short window agrees with the sums while it shows so much of the least change: soon after a
# slump's start it is mostly of the time before.
AGREEING = 0.25
# Since the sum of small changes was last 0.
SLUMP_ROWS, SLUMP_COST = f"{SLUMP}_labels:sum", f"{SLUMP}_cost:sum"


def tolerated(change: str) -> str:
    """Return the name of the cost up to which nothing has changed.

    >>> tolerated("large")
    'model_version_quality:tolerated_cost:large'
    """
    return f"model_version_quality:tolerated_cost:{change}"


def sum_limit(change: str) -> str:
    """Return the name of the limit of the sum."""
    return f"model_version_quality:cost_sum_limit:{change}"


def cost_sum(change: str) -> str:
    """Return the name of the sum, as a share of its limit."""
    return f"model_version_quality:cost_sum:{change}"


def slump(thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return the sums and the slump of every quality.

    It starts when the sum of large changes is full and the short window agrees; or, with a small
    change, as the long window says, if both windows show it and the sum of small changes is over
    half. It ends when that sum is 0 and the short window no longer agrees. All count only what is
    beyond the same hours of last week.
    """
    short, long = thresholds.windows
    up_to = {LARGE: short, SMALL: long}
    return [
        *(
            Rule(tolerated(change), _tolerated(w, thresholds, models))
            for change, w in up_to.items()
        ),
        *(
            same_hours(
                change, thresholds, models, slump=SLUMP, tolerated=tolerated(SMALL), memory=MEMORY
            )
            for change in up_to
        ),
        *_sum(LARGE, thresholds, steps=thresholds.slump_looks),
        *_sum(SMALL, thresholds, steps=1),
        *(Rule(name, _since(name, one)) for name, one in ((SLUMP_ROWS, ROWS), (SLUMP_COST, COST))),
        Rule(SLUMP, _slump(thresholds, models)),
    ]


def _sum(change: str, thresholds: Thresholds, *, steps: float) -> list[Rule]:
    name, limit, up_to = cost_sum(change), sum_limit(change), tolerated(change)
    step = f"({COST} - ({up_to} + {no_news(change)}) * {ROWS}) / {limit}"
    most = f"{1 / steps:g}"
    return [
        Rule(limit, _limit(up_to, thresholds)),
        Rule(name, f"clamp(\n  {_last(name)} + clamp({step}, -{most}, {most}),\n  0, 1\n)"),
    ]


def _last(name: str) -> str:
    return f"(last_over_time({name}[{MEMORY}]) or 0 * {ROWS})"


def _tolerated(window: str, thresholds: Thresholds, models: Models) -> str:
    usual, error = (
        models.within(USUAL),
        f"{thresholds.reference_z:g} * {DEVIATION} / sqrt({SIZE})",
    )
    shares, loss = models.within(f'{USUAL}{{{QUALITY}!="{LOSS}"}}'), models.within(USUAL + of(LOSS))
    return (
        f"{usual} + (\n"
        f"  clamp_min({error}, {thresholds.least_drop(window):g}) and {shares}\n"
        f"  or ({error} > {thresholds.least_rise(window):g} * {loss})\n"
        f"  or {thresholds.least_rise(window):g} * {loss}\n"
        ")"
    )


def _limit(up_to: str, thresholds: Thresholds) -> str:
    exponent, shares = f"{thresholds.slump_evidence:g}", f'{USUAL}{{{QUALITY}!="{LOSS}"}}'
    distance = f"({up_to} - {USUAL})"
    odds = f"(2 * {up_to} - {USUAL}) * (1 - {shares}) / ({USUAL} * (1 + {USUAL} - 2 * {up_to}))"
    return (
        f"{AS_ONE} * (\nclamp_min(\n"
        f"  {exponent} / (ln({odds}) and {up_to} <= 0.5 or 8 * {distance} and {shares}),\n"
        f"  {thresholds.slump_evidence / HEAVIEST:g}\n"
        ")\n"
        f"or ({exponent} * {DEVIATION} ^ 2 / (2 * {distance}) > 0)\n)"
    )


def _since(name: str, counted: str) -> str:
    small = cost_sum(SMALL)
    lasts = f"({small} > bool 0) == 1 or last_over_time({SLUMP}[{MEMORY}]) or 0 * {small}"
    return f"({_last(name)} + {counted})\n* ({lasts})"


def _slump(thresholds: Thresholds, models: Models) -> str:
    large, small = models.within(cost_sum(LARGE)), cost_sum(SMALL)
    return (
        f"(\n  {large} == 1 and (\n{_fell_lately(thresholds)}\n  )\n)\n"
        f"or (\n  1 + 0 * {large} and {small} >= 0.5 and (\n{_fell_for_long(thresholds)}\n  )\n)\n"
        f"or (\n  last_over_time({SLUMP}[{MEMORY}]) == 1 and {large} and (\n"
        f"    {small} > 0\n    or {_fell_lately(thresholds)}\n  )\n)\n"
        f"or 0 * {large}"
    )


def _fell_lately(thresholds: Thresholds) -> str:
    """Return where the short window agrees."""
    return each(**_beyond(LARGE, thresholds, AGREEING))


def _fell_for_long(thresholds: Thresholds) -> str:
    """Return where it is in both windows, and the long one has the evidence."""
    window, rows = thresholds.long_window, f">= {thresholds.least_rows:g}"
    names, worse = Window(window), {q: excused(SMALL, q) for q in (ACCURACY, LOSS, COVERAGE)}
    known = {
        ACCURACY: f"{names.accuracy} + {worse[ACCURACY]} < {names.accuracy_limit} "
        f"and {names.labels} {rows}",
        LOSS: f"{names.loss} - {worse[LOSS]} > {names.loss_limit} and {names.labels} {rows}",
        COVERAGE: f"{names.interval_coverage} + {worse[COVERAGE]} < {names.interval_limit} "
        f"and {names.interval_labels} {rows}",
    }
    short, long = (_beyond(change, thresholds) for change in (LARGE, SMALL))
    return each(**{one: f"{known[one]}\n  and {long[one]}\n  and {short[one]}" for one in known})


def _beyond(change: str, thresholds: Thresholds, part: float = 1.0) -> dict[str, str]:
    window = thresholds.short_window if change == LARGE else thresholds.long_window
    names, least = Window(window), part * thresholds.least_drop(thresholds.long_window)
    rise = f"{part * thresholds.least_rise(thresholds.long_window):g} * {REFERENCE_LOSS}"
    error = f"{AGREES / thresholds.accuracy_z:g} * ({names.loss_limit} - {REFERENCE_LOSS})"
    accuracy = f"{REFERENCE_ACCURACY} - {names.accuracy}"
    coverage = f"{REFERENCE_INTERVAL_COVERAGE} - {names.interval_coverage}"
    loss = f"{names.loss} - {REFERENCE_LOSS} - {excused(change, LOSS)}"
    return {
        ACCURACY: f"{accuracy} - {excused(change, ACCURACY)} > {least:g}",
        LOSS: f"{loss} > {rise} and {loss} > {error}",
        COVERAGE: f"{coverage} - {excused(change, COVERAGE)} > {least:g}",
    }
