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
# What is learned of a window, by these names and the window's.
USUAL, EFFECT = "usual PSI", "design effect"
Learned = dict[tuple[str, str], Floats]


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
    _learned: "Learned"

    @property
    def usual(self) -> Mapping[str, Floats]:
        """The largest usual PSI at each look, by learned window; NONE where none is known."""
        return {name: of for (kind, name), of in self._learned.items() if kind == USUAL}

    @property
    def history(self) -> History:
        """What is kept of the model until the last look, for the version that follows."""
        return self.history_until(len(self.drifted))

    def history_until(self, look: int) -> History:
        """Return what is kept until so many looks: where another version follows sooner."""
        usual = {name: float(of[look - 1]) for name, of in self.usual.items()}
        return self._rule.history(self.drifted, look, usual)


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
    learned = rule.learned(drifted)
    decided = rule.decide(learned)
    begin = 0
    while thresholds.learned_windows and (at := _first(_any(decided), begin)) < len(drifted):
        # Nothing is learned from drift. What was known before is held while it lasts, and at the
        # look that sees its end.
        lasting = drifted.copy()
        lasting[at:] = True
        held = {name: _held(each, at) for name, each in rule.learned(lasting).items()}
        begin = _first(~_any(rule.decide(held)), at)
        drifted[at:begin] = True
        later = rule.learned(drifted)
        learned = {
            name: np.concatenate([each[:at], held[name][at : begin + 1], later[name][begin + 1 :]])
            for name, each in learned.items()
        }
        decided = rule.decide(learned)
    return Watched(_any(decided), decided, rule, learned)


def _any(decided: Mapping[str, Decided]) -> Bools:
    found: Bools = np.any([each.drifted for each in decided.values()], axis=0)
    return found


def _first(these: Bools, begin: int) -> int:
    """Return the first of these looks from `begin` on, or one after the last."""
    found = np.flatnonzero(these[begin:])
    return begin + int(found[0]) if len(found) else len(these)


def _held(learned: Floats, at: int) -> Floats:
    """Return what is learned, from a look on the first that is known."""
    held = learned.copy()
    known = _first(learned != NONE, at)
    held[known:] = held[known] if known < len(held) else NONE
    return held


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
        rows = len(next(iter(seen.values())).psi)
        self._rhythm = seconds(thresholds.rhythm) // pace
        # The numbers of the looks, since the model's first and since the version's.
        self._own = np.arange(1, rows + 1)
        self._at = self._own + history.rows
        self._known = self._at >= self._rhythm

    def decide(self, learned: Learned) -> dict[str, Decided]:
        """Return the decisions in every window."""
        limits = self._thresholds
        found: dict[str, Decided] = {}
        shorter: Decided | None = None
        for window, seen in self._seen.items():
            effect = np.ones(len(self._at))
            if limits.learned_windows:
                effect = learned[EFFECT, limits.effect_window(window)]
            strength = evidence(seen, self._reference, effect, limits)
            limit = self._limit(window, learned)
            if shorter is not None and self._rhythm:
                # Until the version was watched for so long, it holds no more than a shorter one.
                early = np.maximum(limits.gross_psi, shorter.limit)
                limit = np.where(self._own >= span(window, self._pace), limit, early)
            hit = (seen.psi > limit) & (strength > 1)
            if shorter is not None:
                hit &= seen.rows > limits.fuller * shorter.looks.rows
            if seconds(window) > seconds(limits.long_window):
                # A rhythm whose last day is like the reference has its drift behind it.
                last = found[limits.long_window].looks.psi
                hit &= last > limits.psi_limit(limits.long_window)
            shorter = found[window] = Decided(seen, limit, strength, effect, hit)
        return found

    def learned(self, drifted: Bools) -> Learned:
        """Return what is known at each look; drifted: the looks that nothing is learned from.

        The largest usual PSI of each learned window, NONE where there is none, and the rows that
        count as one.
        """
        limits = self._thresholds
        found = {(USUAL, name): self._usual(name, drifted) for name in limits.learned_windows}
        for name in dict.fromkeys(map(limits.effect_window, limits.learned_windows)):
            found[EFFECT, name] = self._design_effect(name, drifted)
        return found

    def history(self, drifted: Bools, look: int, usual: Mapping[str, float]) -> History:
        """Return the history with so many of this version's looks."""
        kept = {
            window: Kept(
                self._calm(window, drifted)[:look],
                tuple(found[:look] for found in self._dispersions(window, drifted)),
            )
            for window in self._thresholds.learned_windows
        }
        own = History(look, kept, usual)
        return self._before.then(own, most=2 * self._rhythm) if self._before.rows else own

    def _calm(self, window: str, drifted: Bools) -> Floats:
        seen = self._seen[window]
        # With fewer rows than the prior weighs, PSI is small whatever came.
        return np.where(drifted | (seen.rows <= self._thresholds.prior), NONE, seen.psi)

    def _dispersions(self, window: str, drifted: Bools) -> tuple[Floats, ...]:
        seen, bins = self._seen[window], len(self._reference.shares)
        found = np.where(drifted, 0, seen.g / (bins - 1))
        ranks = np.where(drifted, 0, seen.rank)
        return (found, ranks) if self._reference.ordered > 1 else (found,)

    def _design_effect(self, window: str, drifted: Bools) -> Floats:
        step = span(self._thresholds.past_step(window), self._pace)
        effect = np.full(len(drifted), NONE)
        for place, own in enumerate(self._dispersions(window, drifted)):
            before = self._before.windows.get(window)
            past = () if before is None else before.dispersions[place : place + 1]
            values, number = self._steps(np.concatenate([*past, own]), step)
            ends: Ints = (self._at - 1) // step  # what was kept before this look
            found = mean(values, number, ends=ends, many=self._rhythm // step)
            effect = np.maximum(effect, found)
        learned = np.clip(effect, 1, self._thresholds.most_design_effect)
        known = self._known & (effect != NONE)
        return np.where(known, learned, self._thresholds.design_effect)

    def _steps(self, values: Floats, step: int) -> tuple[Floats, int]:
        """Return the steps of values that end with this version's last look."""
        first = int(self._at[-1]) - len(values) + 1
        return steps(values, first=first, step=step)

    def _limit(self, window: str, learned: Learned) -> Floats:
        limits = self._thresholds
        least = limits.psi_limit(window)
        if not limits.learned(window):
            return np.full(len(self._at), least)
        most_, gross = learned[USUAL, window], max(limits.gross_psi, least)
        news = np.maximum(least, limits.news * most_)
        known = np.minimum(news, np.maximum(gross, limits.gross_news * most_))
        young = np.minimum(news, gross) if limits.early(window) else gross
        return np.where(most_ == NONE, gross, np.where(self._known, known, young))

    def _usual(self, window: str, drifted: Bools) -> Floats:
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
        earlier = span(max(window, limits.forgiven_after, key=seconds), self._pace)
        ends: Ints = (self._at - earlier) // step
        own = largest(*self._steps(psi, step), ends=ends, many=many)
        found = np.maximum(usual, own)
        # A version that starts amid drift goes on with what was usual before.
        return np.where(found == NONE, self._before.usual.get(window, NONE), found)
