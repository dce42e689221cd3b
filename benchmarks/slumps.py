"""Slumps of accuracy, simulated: `python -m benchmarks.slumps`.

Claim: 95 in 100 slumps of several depths raise one AccuracyDrop each, the median delay is at most
half of that of the windows of an hour and a day, and months without a slump raise none. The windows
alone are how AccuracyDrop was decided before.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from backtest.rules.drift import Bools, Floats
from backtest.rules.quality import ShareReference, share_drop
from backtest.rules.slump import share_slump
from benchmarks import results
from benchmarks.results import Figure
from monitoring.thresholds import Thresholds
from perennial.plural import plural

COMMAND = "python -m benchmarks.slumps"
DAY = 1440
ACCURACIES, RATES = (0.98, 0.9, 0.7), (1, 20, 500)
DEPTHS = (0.08, 0.12, 0.2, 0.3, 0.5)
# Minutes of a turn, where accuracy changes in turns, and labels a minute then.
DWELLS, TURNING_RATES = (10, 60, 180), (10, 100)
# How much less accuracy is at each minute of a month: in a rhythm, and from its second week on.
RHYTHMS: dict[str, Callable[[Floats], Floats]] = {
    "none, but 0.2 less at night": lambda minutes: np.where(minutes % DAY >= DAY / 2, 0.2, 0),
    "none, but 0.15 less at weekends": lambda minutes: np.where(minutes // DAY % 7 >= 5, 0.15, 0),
}
SLOW, SLOW_DAYS, SECOND = (0.003, 0.01), 35, 7 * DAY
# Labels a day where few come.
SCARCE, FALL = (20, 50, 100, 300, 1000), 0.2
SIZE = 800  # rows of the reference
# Days as accepted before a slump: until then the rules have learned how many labels count as one.
CALM = 8
Rule = Callable[..., Bools]
RULES: dict[str, Rule] = {"windows alone": share_drop, "as shipped": share_slump}


def labels(
    accuracies: Sequence[float], rate: float, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return right labels and all labels by minute, a day at each of these accuracies."""
    rows = random.poisson(rate, DAY * len(accuracies))
    right = random.binomial(rows, np.repeat(accuracies, DAY))
    return right.astype(float), rows.astype(float)


def accepted(accuracy: float, random: np.random.Generator) -> ShareReference:
    """Return a reference of SIZE rows, which has an error of its own."""
    return ShareReference(float(random.binomial(SIZE, accuracy) / SIZE), SIZE)


def _padded(right: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Return labels from a day before the first one on, so that the rules look at it too."""
    return np.pad(right, (DAY - 1, 0)), np.pad(rows, (DAY - 1, 0))


def onsets(found: Bools) -> int:
    """Return how often an alert starts."""
    return int(found[0]) + int(np.count_nonzero(found[1:] & ~found[:-1]))


def slump(depth: float, rule: Rule, *, seed: int) -> tuple[float, int, float]:
    """Return the delay in minutes, the alerts, and the minutes from the slump's end to the last's.

    A week as accepted, two days of the slump, two as accepted. The delay is infinite where nothing
    fires within the slump.
    """
    random = np.random.default_rng([seed, round(100 * depth)])
    accuracy, rate = ACCURACIES[seed % 3], RATES[seed // 3 % 3]
    return _fallen(rule, accuracy, accuracy - depth, rate, random, lasts=2, after=2)


def _fallen(
    rule: Rule,
    accuracy: float,
    worse: float,
    rate: float,
    random: np.random.Generator,
    *,
    lasts: int,
    after: int,
) -> tuple[float, int, float]:
    """Return the same of a fall that lasts some days, with some days as accepted after it."""
    reference = accepted(accuracy, random)
    days = [*[accuracy] * CALM, *[worse] * lasts, *[accuracy] * after]
    found = rule(*labels(days, rate, random), reference, Thresholds())[(CALM - 1) * DAY :]
    fires = np.flatnonzero(found[: lasts * DAY])
    delay = float(fires[0]) if len(fires) else np.inf
    ended = np.flatnonzero(found[lasts * DAY :])
    return delay, onsets(found), float(ended[-1]) if len(ended) else 0.0


def calm(rule: Rule, *, seed: int) -> int:
    """Return the alerts of a month without a slump."""
    random = np.random.default_rng([seed, 7])
    accuracy, rate = ACCURACIES[seed % 3], RATES[seed // 3 % 3]
    reference = accepted(accuracy, random)
    return onsets(rule(*_padded(*labels([accuracy] * 31, rate, random)), reference, Thresholds()))


def restless(rule: Rule, *, dwell: int, rate: float, seed: int) -> int:
    """Return the alerts of a month whose accuracy is 0.9 and 0.7 in turns, and 0.8 as accepted.

    dwell: minutes of one turn on average. Labels that depend on each other look like this.
    """
    random = np.random.default_rng([seed, dwell])
    turns = random.geometric(1 / dwell, 2 * 31 * DAY // dwell + 2 * DAY)
    accuracy = np.repeat(np.where(np.arange(len(turns)) % 2, 0.7, 0.9), turns)[: 31 * DAY]
    rows = random.poisson(rate, len(accuracy))
    right = random.binomial(rows, accuracy).astype(float)
    counts = _padded(right, rows.astype(float))
    return onsets(rule(*counts, ShareReference(0.8, 2000), Thresholds()))


def changing(accuracy: Floats, rule: Rule, *, rate: float, seed: int) -> Bools:
    """Return the looks that alert where each minute has its accuracy; accepted is a week's mean."""
    random = np.random.default_rng([seed, len(accuracy)])
    rows = random.poisson(rate, len(accuracy))
    right = random.binomial(rows, accuracy).astype(float)
    reference = ShareReference(float(accuracy[:SECOND].mean()), 20_000)
    return rule(*_padded(right, rows.astype(float)), reference, Thresholds())


@dataclass(frozen=True)
class Table:
    """The rows of the page, and the figures of each."""

    rows: list[list[Figure]] = field(default_factory=list)
    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)

    def add(self, row: list[Figure], figures: dict[str, Figure]) -> None:
        """Add a row with its figures; its first two cells name them."""
        self.rows.append(row)
        self.figures[f"{row[0]}, {row[1]}"] = figures


@dataclass(frozen=True)
class Slumps:
    """What a rule said of slumps: delays in minutes, alerts, and minutes beyond each slump."""

    delays: Floats
    alerts: Floats
    beyond: Floats

    @property
    def once(self) -> float:
        """The share of slumps with one alert."""
        return float((self.alerts == 1).mean())

    @property
    def delay(self) -> float:
        """The median delay."""
        return float(np.median(self.delays))


def of_depth(depth: float, rule: Rule, many: int) -> Slumps:
    """Return what a rule says of so many slumps of one depth."""
    found = [slump(depth, rule, seed=seed) for seed in range(many)]
    return Slumps(*(np.array(each) for each in zip(*found, strict=True)))


def together(parts: Sequence[Slumps]) -> Slumps:
    """Return the slumps of all depths as one."""
    return Slumps(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Slumps))
    )


def slumps(table: Table, many: int) -> bool:
    """Add a row for each depth and rule; return whether the claim holds over all depths."""
    found = {
        name: [of_depth(depth, rule, many) for depth in DEPTHS] for name, rule in RULES.items()
    }
    falls = [*(f"{depth:g}" for depth in DEPTHS), "all"]
    for place, fall in enumerate(falls):
        for name, parts in found.items():
            one = together(parts) if fall == "all" else parts[place]
            times = f"{one.delay:.0f} min", f"{np.median(one.beyond):.0f} min"
            row: list[Figure] = [fall, name, f"{one.once:.0%}", int(one.alerts.max()), *times]
            table.add(row, {"once": one.once, "median_delay_minutes": one.delay})
    before, now = (together(found[name]) for name in RULES)
    return now.once >= 0.95 and now.delay <= before.delay / 2


def scarce(table: Table, many: int = 12) -> None:
    """Add a row for each number of labels a day and rule, of a week's fall and a month after it."""
    for a_day in SCARCE:
        for name, rule in RULES.items():
            found = []
            for seed in range(many):
                random, spans = np.random.default_rng([seed, a_day]), {"lasts": 7, "after": 30}
                found.append(_fallen(rule, 0.9, 0.9 - FALL, a_day / DAY, random, **spans))
            one = Slumps(*(np.array(each) for each in zip(*found, strict=True)))
            beyond = np.median(one.beyond[one.alerts > 0]) / DAY if one.alerts.any() else 0.0
            said = f"{FALL:g} for a week, {a_day:,} labels a day"
            delay = plural(one.delay / DAY, "day") if one.delay < np.inf else "not within it"
            row: list[Figure] = [said, name, f"{one.once:.0%}", int(one.alerts.max()), delay]
            row.append(plural(float(beyond), "day") if one.alerts.any() else "")
            table.add(row, {"once": one.once, "beyond_days": float(beyond)})


def months(table: Table, many: int) -> bool:
    """Add a row for each rule on months without a slump; return whether the one shipped is calm."""
    for name, rule in RULES.items():
        false = sum(calm(rule, seed=seed) for seed in range(many))
        row: list[Figure] = ["none", name, "", false, f"in {plural(many, 'month')}", ""]
        table.add(row, {"alerts": false, "months": many})
    return not false


def turns(table: Table) -> None:
    """Add a row for each length of turns and rule."""
    for dwell in DWELLS:
        for name, rule in RULES.items():
            counts = [
                restless(rule, dwell=dwell, rate=rate, seed=seed)
                for rate in TURNING_RATES
                for seed in range(2)
            ]
            said = f"none, but 0.9 and 0.7 in turns of {dwell} min"
            mean = float(np.mean(counts))
            row: list[Figure] = [said, name, "", max(counts), f"{mean:.0f} a month", ""]
            table.add(row, {"alerts_a_month": mean})


def rhythms(table: Table) -> None:
    """Add a row for each rhythm and rule, and for each slow fall."""
    runs = [(rate, seed) for rate in TURNING_RATES for seed in range(2)]
    minutes = np.arange(31.0 * DAY)
    for said, less in RHYTHMS.items():
        for name, rule in RULES.items():
            found = [changing(0.9 - less(minutes), rule, rate=r, seed=s) for r, s in runs]
            counts = [onsets(each) for each in found]
            mean = float(np.mean(counts))
            row: list[Figure] = [said, name, "", max(counts), f"{mean:.0f} a month", ""]
            table.add(row, {"alerts_a_month": mean})
    minutes = np.arange(float(SLOW_DAYS * DAY))
    for by in SLOW:
        falling = 0.9 - by * np.maximum(minutes - SECOND, 0) / DAY
        for name, rule in RULES.items():
            found = [changing(falling, rule, rate=r, seed=s)[SECOND:] for r, s in runs]
            days = float(np.median([each.argmax() if each.any() else np.inf for each in found]))
            most, said = max(onsets(each) for each in found), f"{by:g} more each day"
            row = [said, name, "", most, plural(days / DAY, "day"), ""]
            table.add(row, {"median_delay_days": days / DAY})


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, write the figures and the page; return 1 if the claim does not hold."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--slumps", type=int, default=45, help="of each depth (default 45)")
    parser.add_argument("--months", type=int, default=200, help="without a slump (default 200)")
    parser.add_argument("--page", type=Path, help="Markdown with a place for the table")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    options = parser.parse_args(arguments)
    table = Table()
    held = slumps(table, options.slumps) & months(table, options.months)
    turns(table)
    rhythms(table)
    scarce(table)
    header = ["fall", "rule", "one alert", "most alerts", "median delay", "lasts beyond the slump"]
    text = results.table(header, table.rows)
    results.merge("slumps", table.figures, path=options.out)
    if options.page is not None:
        results.fill(options.page, {"slumps": text}, command=COMMAND)
    print(f"{text}\n\none alert in 95 % of slumps, half the delay, none without: {held}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
