"""Claim: the gate rarely finds a difference between equal models, though neighbours are alike.

Losses of two models follow each other in time, by chance now higher and now lower, and are equal on
average. Counted is how often the gate's test says that they differ, and how often it would if it
took rows for independent. Then one model is better by day and the other by night, and the same is
counted where they are equal on average, and where one gains.
"""

import sys

import numpy as np

from perennial.statistics import mean_loss, share_right
from perennial.statistics.counts import Floats
from perennial.statistics.loss_test import LossTest
from perennial.statistics.serial import deflated, design_effect
from training.artifacts.times import Times
from training.gate.neighbours import effect

ROWS, TRIES, LEVEL = 600, 300, 0.05
MOST = 0.15  # of the tries
CORRELATIONS = (0.0, 0.5, 0.8, 0.9)  # of neighbours
DAYS, GAIN = (1.5, 4.5, 7.5, 14.0), 0.2  # of deviations of what is no rhythm
START, SECOND = np.datetime64("2026-11-01", "us"), np.timedelta64(1, "s")
TESTS: dict[str, LossTest] = {"mean error": mean_loss.TEST, "accuracy": share_right.TEST}


def wandering(random: np.random.Generator, correlation: float) -> Floats:
    """Return an autoregressive series of mean 0 and deviation 1."""
    noise, found = random.normal(size=ROWS), np.empty(ROWS)
    found[0] = noise[0]
    for row in range(1, ROWS):
        found[row] = correlation * found[row - 1] + np.sqrt(1 - correlation**2) * noise[row]
    return found


def significant(test: LossTest, correlation: float) -> tuple[float, float]:
    """Return the share of significant tries, as if rows were independent and as the gate does."""
    counts = np.zeros(2)
    for seed in range(TRIES):
        random = np.random.default_rng(seed)
        old, new = (9 + wandering(random, correlation) for _ in range(2))
        if test.highest == 1:
            old, new = (np.asarray(lost > 10, np.float64) for lost in (old, new))
        p = test.p_value(old, new)
        times, differs = START + np.arange(ROWS) * SECOND, new - old
        known = deflated(p, effect(differs, times), differences=differs)
        counts += [p < LEVEL, known < LEVEL]
    return float(counts[0] / TRIES), float(counts[1] / TRIES)


def by_day(days: float, gain: float) -> tuple[float, float, float]:
    """Return the same for models that change places twice a day.

    In between, with the rhythm taken for rows that follow each other.
    """
    counts = np.zeros(3)
    for seed in range(TRIES):
        random = np.random.default_rng(seed)
        times: Times = START + np.sort(random.integers(int(days * 86400), size=ROWS)) * SECOND
        turns = 2 * np.pi * ((times - START) / SECOND / 86400 + random.uniform())
        apart = np.sin(turns) + gain + random.normal(size=ROWS)
        p = mean_loss.TEST.p_value(np.full(ROWS, 9.0), 9 + apart)
        effects = (1.0, design_effect(apart), effect(apart, times))
        counts += [deflated(p, each, differences=apart) < LEVEL for each in effects]
    alone, followed, gate = (float(count / TRIES) for count in counts)
    return alone, followed, gate


def main() -> int:
    """Print a line for each score and correlation; return 1 if the claim does not hold."""
    worst = 0.0
    for name, test in TESTS.items():
        for correlation in CORRELATIONS:
            before, gate = significant(test, correlation)
            worst = max(worst, gate)
            print(f"{name}, neighbours correlate by {correlation}: {before:.0%}, gate {gate:.0%}")
    for days in DAYS:
        for gain in (0.0, GAIN):
            alone, followed, gate = by_day(days, gain)
            worst = worst if gain else max(worst, gate)
            print(
                f"day and night for {days:g} days, gain {gain:g}: {alone:.0%}, "
                f"as rows that follow each other {followed:.0%}, gate {gate:.0%}"
            )
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
