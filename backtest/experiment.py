"""All policies on all phases of one history, each result kept in a file."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from backtest import oracle
from backtest.comparison import CLOCK, FORESEEN, HINDSIGHT, NEVER, SHIPPED, UNGATED
from backtest.outcome import Outcome
from backtest.policies.calendar import EveryRows
from backtest.policies.known import POLICIES, Make
from backtest.progress import Progress
from backtest.replay import Replay, Replayed, Say
from backtest.scenario import Scenario
from backtest.store import DECISIONS, Store, code, digest

# What no digest needs: where results are, and what stands in `made` already.
ASIDE = ("cache", "history", "task", "numbers")


class Experiment:
    """Replays of one history; scenarios: one for each phase.  folder: of the results."""

    def __init__(self, scenarios: Sequence[Scenario], folder: Path, root: Path = Path()) -> None:
        self.scenarios = scenarios
        written = code(DECISIONS, root)
        self._stores = [Store(folder, _decided(one, written)) for one in scenarios]
        self._candidates: dict[int, oracle.Candidates] = {}
        self._done = 0
        self._progress = Progress(sys.stderr)

    def outcomes(
        self, policies: Sequence[str], *, foresight: bool = True
    ) -> dict[str, list[Outcome]]:
        """Return the outcomes of policies by phase, with never.

        As shipped brings what it is compared with: clocks as often and, with foresight, the oracle
        and hindsight, which train two models every 1,000 rows.
        """
        names = list(dict.fromkeys([NEVER, *policies]))
        clocks = (CLOCK, UNGATED) if SHIPPED in names else ()
        foresight = foresight and SHIPPED in names
        total = (len(names) + len(clocks) + 2 * foresight) * len(self.scenarios)
        self._done = 0
        found = {name: self._each(name, POLICIES[name], total) for name in names}
        for name in clocks:
            found[name] = [
                self._one(phase, name, _clock(len(own.attempts), gated=name == CLOCK), total)
                for phase, own in enumerate(found[SHIPPED])
            ]
        if foresight:
            found |= self._with_foresight(total)
        self._progress.end()
        return found

    def _with_foresight(self, total: int) -> dict[str, list[Outcome]]:
        best = [
            self._kept(phase, FORESEEN, self._foreseen(phase), total)
            for phase in range(len(self.scenarios))
        ]
        after = [
            self._kept(phase, HINDSIGHT, self._hindsight(phase, len(one.attempts)), total)
            for phase, one in enumerate(best)
        ]
        return {FORESEEN: best, HINDSIGHT: after}

    def _each(self, name: str, make: Make, total: int) -> list[Outcome]:
        return [self._one(phase, name, make, total) for phase in range(len(self.scenarios))]

    def _one(self, phase: int, name: str, make: Make, total: int) -> Outcome:
        scenario = self.scenarios[phase]
        return self._kept(
            phase, name, lambda say: Replay(scenario, make(scenario), say).run(), total
        )

    def _kept(
        self, phase: int, name: str, replay: Callable[[Say], Replayed], total: int
    ) -> Outcome:
        self._done += 1
        self._progress.begin(f"{self._done}/{total}: {name}, phase {phase + 1}")
        return self._stores[phase].outcome(
            name,
            phase,
            lambda: Outcome.of(name, phase, replay(self._progress.say), self.scenarios[phase]),
        )

    def _foreseen(self, phase: int) -> Callable[[Say], Replayed]:
        return lambda say: oracle.foreseen(self._trained(phase, say))

    def _hindsight(self, phase: int, most: int) -> Callable[[Say], Replayed]:
        return lambda say: oracle.hindsight(self._trained(phase, say), most)[-1]

    def _trained(self, phase: int, say: Say) -> oracle.Candidates:
        if phase not in self._candidates:
            self._candidates[phase] = oracle.candidates(self.scenarios[phase], say)
        return self._candidates[phase]


def _clock(pipelines: int, *, gated: bool) -> Make:
    """Return a calendar that starts as many pipelines as there were, evenly spaced."""

    def make(scenario: Scenario) -> EveryRows:
        rows = len(scenario.history) - scenario.start
        return EveryRows(rows // (pipelines + 1) + 1, scenario.start, gated=gated)

    return make


def _decided(scenario: Scenario, written: str) -> str:
    """Return the digest of all that decides a replay of a scenario, but for the policy."""
    history = scenario.history
    named = [one.name for one in fields(scenario) if one.name not in ASIDE]
    texts = [f"{name} {getattr(scenario, name)!r}" for name in named]
    times = np.concatenate([history.seconds, history.labelled]).tobytes()
    contents = scenario.split.contents.tobytes()
    labels = ("\n".join(each) for each in (history.labels, history.taught))
    return digest(written, *texts, times, contents, *labels)
