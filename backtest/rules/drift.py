"""The drift rule over arrays of counts, for simulations of Prometheus' decisions.

Every row of counts is followed by one look. `usual.py` in `perennial/statistics/` defines what the
past makes of a look.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.rules.looks import MINUTE, Floats, Looks, Reference, evidence, looks, span
from backtest.rules.past import NONE, NOTHING, History, Ints, Kept, largest, mean, steps
from monitoring.thresholds import Thresholds, seconds

__all__ = ["MINUTE", "Bools", "Floats", "History", "Reference", "Watched", "minutes", "watch"]

Bools = NDArray[np.bool_]
# A version's own past begins so many rows late in its first window.
MOMENT = 1


@dataclass(frozen=True)
class Decided:
    """What decides in one window at each look: of shape (looks,)."""

    looks: Looks
    limit: Floats
    evidence: Floats
    design_effect: Floats
    drifted: Bools


@dataclass(frozen=True)
class Watched:
    """A signal of one version at every look.

    drifted: in any window.  windows: by name.
    """

    drifted: Bools
    windows: Mapping[str, Decided]
    _rule: "_Rule"

    @property
    def history(self) -> History:
        """What is kept of the model until the last look, for the version that follows."""
        return self.history_until(len(self.drifted))

    def history_until(self, look: int) -> History:
        """Return what is kept until so many looks: where another version follows sooner."""
        return self._rule.history(self.drifted, look)


def minutes(window: str) -> int:
    """Return the length of a window in minutes."""
    return span(window)


def watch(
    counts: Floats,
    reference: Reference,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
    history: History = NOTHING,
) -> Watched:
    """Return what the rule decides after every row of counts.

    counts: of one signal since its version serves, shape (rows, bins).  pace: seconds of a row.
    history: of the same signal of the versions before; nothing for a model's first.
    """
    seen = looks(counts, reference, thresholds, pace=pace)
    rule = _Rule(seen, reference, thresholds, pace, history)
    drifted = np.zeros(len(counts), np.bool_)
    while True:
        # What drifts is no past of later looks: each round settles at least one look more.
        decided = rule.decide(drifted)
        found = np.any([each.drifted for each in decided.values()], axis=0)
        if (found == drifted).all():
            return Watched(drifted, decided, rule)
        drifted = found


class _Rule:
    """One version's looks and its model's history."""

    def __init__(
        self,
        seen: Mapping[str, Looks],
        reference: Reference,
        thresholds: Thresholds,
        pace: int,
        history: History,
    ) -> None:
        self._seen, self._reference, self._thresholds = seen, reference, thresholds
        self._pace, self._before = pace, history
        self._rows = len(next(iter(seen.values())).psi)
        self._rhythm = seconds(thresholds.rhythm) // pace
        # The numbers of the looks, since the model's first and since the version's.
        self._own = np.arange(1, self._rows + 1)
        self._at = self._own + history.rows
        self._known = self._at > self._rhythm
        self._effects = {
            window: self._design_effect(window) for window in thresholds.learned_windows
        }
        self._evidence = {
            window: evidence(each, reference, self._effect(window), thresholds)
            for window, each in seen.items()
        }

    def decide(self, drifted: Bools) -> dict[str, Decided]:
        """Return the decisions in every window; drifted: the looks that are no past of others."""
        standing = self._standing(drifted)
        found: dict[str, Decided] = {}
        for window, seen in self._seen.items():
            limit, strength = self._limit(window, drifted, standing), self._evidence[window]
            if found and self._rhythm:
                # Until the version was watched for so long, it holds no more than a shorter one.
                shorter = np.maximum(
                    self._thresholds.gross_psi, next(reversed(found.values())).limit
                )
                limit = np.where(self._own > span(window, self._pace), limit, shorter)
            hit = (seen.psi > limit) & (strength > 1)
            if found:
                less = next(reversed(found.values())).looks.rows
                hit &= seen.rows > self._thresholds.fuller * less
            if seconds(window) > seconds(self._thresholds.long_window):
                # A rhythm whose last day is like the reference has its drift behind it.
                last = found[self._thresholds.long_window].looks.psi
                hit &= last > self._thresholds.psi_limit(self._thresholds.long_window)
            found[window] = Decided(seen, limit, strength, self._effect(window), hit)
        return found

    def history(self, drifted: Bools, look: int) -> History:
        """Return the history with so many of this version's looks."""
        kept = {
            window: Kept(
                self._calm(window, drifted)[:look],
                tuple(found[:look] for found in self._dispersions(window)),
            )
            for window in self._thresholds.learned_windows
        }
        own = History(look, kept)
        return self._before.then(own, most=2 * self._rhythm) if self._before.rows else own

    def _effect(self, window: str) -> Floats:
        if not self._rhythm:
            return np.ones(self._rows)
        return self._effects[self._thresholds.effect_window(window)]

    def _calm(self, window: str, drifted: Bools) -> Floats:
        seen = self._seen[window]
        # With fewer rows than the prior weighs, PSI is small whatever came.
        return np.where(drifted | (seen.rows <= self._thresholds.prior), NONE, seen.psi)

    def _dispersions(self, window: str) -> tuple[Floats, ...]:
        seen, bins = self._seen[window], len(self._reference.shares)
        found = seen.g / (bins - 1)
        return (found, seen.rank) if self._reference.ordered > 1 else (found,)

    def _design_effect(self, window: str) -> Floats:
        step = span(self._thresholds.past_step(window), self._pace)
        effect = np.ones(self._rows)
        for place, own in enumerate(self._dispersions(window)):
            before = self._before.windows.get(window)
            past = () if before is None else before.dispersions[place : place + 1]
            values, number = self._steps(np.concatenate([*past, own]), step)
            found = mean(values, number, ends=self._at // step, many=self._rhythm // step)
            effect = np.maximum(effect, found)
        learned = np.minimum(effect, self._thresholds.most_design_effect)
        return np.where(self._known, learned, self._thresholds.design_effect)

    def _steps(self, values: Floats, step: int) -> tuple[Floats, int]:
        """Return the steps of values that end with this version's last look."""
        first = int(self._at[-1]) - len(values) + 1
        return steps(values, first=first, step=step)

    def _standing(self, drifted: Bools) -> Bools:
        """Return the looks at which the signal has drifted for long without a pause."""
        long = span(self._thresholds.standing_for, self._pace)
        count = np.concatenate([[0], np.cumsum(drifted)])
        lately = count[self._own] - count[np.maximum(self._own - long, 0)]
        standing: Bools = lately >= np.minimum(self._own, long)
        return standing

    def _limit(self, window: str, drifted: Bools, standing: Bools) -> Floats:
        limits = self._thresholds
        least = limits.psi_limit(window)
        if not limits.learned(window):
            return np.full(self._rows, least)
        usual, gross = self._usual(window, drifted, standing), max(limits.gross_psi, least)
        limit = np.maximum(least, limits.news * usual)
        young = np.minimum(limit, gross) if limits.early(window) else gross
        return np.where(usual == NONE, gross, np.where(self._known, limit, young))

    def _usual(self, window: str, drifted: Bools, standing: Bools) -> Floats:
        limits, psi = self._thresholds, self._seen[window].psi
        length, step = span(window, self._pace), span(limits.past_step(window), self._pace)
        many = self._rhythm // step
        calm = self._calm(window, drifted)
        before = self._before.windows.get(window)
        whole = calm if before is None else np.concatenate([before.calm, calm])
        values, number = self._steps(whole, step)
        usual = largest(values, number, ends=(self._at - length) // step, many=many)
        if window == limits.drift_windows[0]:
            young = largest(calm, 1, ends=self._own - MOMENT, many=length)
            usual = np.where(usual == NONE, young, usual)
        earlier = span(max(window, limits.standing_for, key=seconds), self._pace)
        ends: Ints = (self._at - earlier) // step
        own = largest(*self._steps(psi, step), ends=ends, many=many)
        return np.where(standing, usual, np.maximum(usual, own))
