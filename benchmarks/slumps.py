"""Slumps of accuracy, simulated: `python -m benchmarks.slumps`.

Claim: each raises one AccuracyDrop, sooner than the windows of an hour and a day, and months
without a slump raise none. The windows alone are how AccuracyDrop was decided before.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from backtest.rules.drift import Bools, Floats
from backtest.rules.quality import ShareReference, share_drop
from backtest.rules.slump import share_slump
from benchmarks import results
from benchmarks.results import Figure
from monitoring.thresholds import Thresholds

COMMAND = "python -m benchmarks.slumps"
DAY = 1440
ACCURACIES, RATES = (0.98, 0.9, 0.7), (1, 20, 500)
DEPTHS = (0.08, 0.12, 0.2, 0.3, 0.5)
# Minutes of a turn, where accuracy changes in turns, and labels a minute then.
DWELLS, TURNING_RATES = (10, 60, 180), (10, 100)
SIZE = 800  # rows of the reference
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


def onsets(found: Bools) -> int:
    """Return how often an alert starts."""
    return int(found[0]) + int(np.count_nonzero(found[1:] & ~found[:-1]))


def slump(depth: float, rule: Rule, *, seed: int) -> tuple[float, int, float]:
    """Return the delay in minutes, the alerts, and the minutes from the slump's end to the last's.

    A day as accepted, two days of the slump, two as accepted. The last two are infinite where
    nothing fires within the slump.
    """
    random = np.random.default_rng([seed, round(100 * depth)])
    accuracy, rate = ACCURACIES[seed % 3], RATES[seed // 3 % 3]
    reference = accepted(accuracy, random)
    days = [accuracy, accuracy, *[accuracy - depth] * 2, *[accuracy] * 2]
    found = rule(*labels(days, rate, random), reference, Thresholds())[DAY:]
    fires = np.flatnonzero(found[: 2 * DAY])
    delay = float(fires[0]) if len(fires) else np.inf
    ended = np.flatnonzero(found[2 * DAY :])
    return delay, onsets(found), float(ended[-1]) if len(ended) else 0.0


def calm(rule: Rule, *, seed: int) -> int:
    """Return the alerts of a month without a slump."""
    random = np.random.default_rng([seed, 7])
    accuracy, rate = ACCURACIES[seed % 3], RATES[seed // 3 % 3]
    reference = accepted(accuracy, random)
    return onsets(rule(*labels([accuracy] * 31, rate, random), reference, Thresholds()))


def restless(rule: Rule, *, dwell: int, rate: float, seed: int) -> int:
    """Return the alerts of a month whose accuracy is 0.9 and 0.7 in turns, and 0.8 as accepted.

    dwell: minutes of one turn on average. Labels that depend on each other look like this.
    """
    random = np.random.default_rng([seed, dwell])
    turns = random.geometric(1 / dwell, 2 * 31 * DAY // dwell + 2 * DAY)
    accuracy = np.repeat(np.where(np.arange(len(turns)) % 2, 0.7, 0.9), turns)[: 31 * DAY]
    rows = random.poisson(rate, len(accuracy))
    right = random.binomial(rows, accuracy).astype(float)
    return onsets(rule(right, rows.astype(float), ShareReference(0.8, 2000), Thresholds()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, write the figures and the page; return 1 if the claim does not hold."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--slumps", type=int, default=45, help="of each depth (default 45)")
    parser.add_argument("--months", type=int, default=200, help="without a slump (default 200)")
    parser.add_argument("--page", type=Path, help="Markdown with a place for the table")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    options = parser.parse_args(arguments)
    rows: list[list[Figure]] = []
    figures: dict[str, dict[str, Figure]] = {}
    held = True
    for depth in DEPTHS:
        median = {}
        for name, rule in RULES.items():
            found = [slump(depth, rule, seed=seed) for seed in range(options.slumps)]
            delays, alerts, ends = (np.array(each) for each in zip(*found, strict=True))
            once, median[name] = float((alerts == 1).mean()), float(np.median(delays))
            rows.append(
                [
                    f"{depth:g}",
                    name,
                    f"{once:.0%}",
                    int(alerts.max()),
                    f"{median[name]:.0f} min",
                    f"{np.median(ends):.0f} min",
                ]
            )
            figures[f"{depth:g}, {name}"] = {"once": once, "median_delay_minutes": median[name]}
        held &= once >= 0.95 and median["as shipped"] <= median["windows alone"] / 2
    for name, rule in RULES.items():
        false = sum(calm(rule, seed=seed) for seed in range(options.months))
        rows.append(["none", name, "", false, f"in {options.months} months", ""])
        figures[f"none, {name}"] = {"alerts": false, "months": options.months}
        held &= not false or name != "as shipped"
    for dwell in DWELLS:
        for name, rule in RULES.items():
            counts = [
                restless(rule, dwell=dwell, rate=rate, seed=seed)
                for rate in TURNING_RATES
                for seed in range(2)
            ]
            turns = f"none, but 0.9 and 0.7 in turns of {dwell} min"
            rows.append([turns, name, "", max(counts), f"{np.mean(counts):.0f} a month", ""])
            figures[f"{turns}, {name}"] = {"alerts_a_month": float(np.mean(counts))}
    header = ["fall", "rule", "one alert", "most alerts", "median delay", "lasts beyond the slump"]
    text = results.table(header, rows)
    results.merge("slumps", figures, path=options.out)
    if options.page is not None:
        results.fill(options.page, {"slumps": text}, command=COMMAND)
    print(f"{text}\n\none alert in 95 % of each depth, half the delay, none without: {held}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
