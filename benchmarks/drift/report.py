"""The tables for the docs and the figures for benchmarks/results.json."""

from collections.abc import Sequence

import numpy as np

from benchmarks import results
from benchmarks.drift.accuracy import Error
from benchmarks.drift.protocol import SHIPPED
from benchmarks.drift.ranking import average_ranks, best
from benchmarks.drift.run import Alarms, SettingResult

# The accuracy estimator shown next to each detector.
ESTIMATES = {"Perennial": "difference of confidences", "NannyML": "NannyML CBPE"}
NONE = "–"


class Summary:
    """Every detector's best variant over all settings, the best one first.

    The rule as shipped raises fewer false alarms than the others, so it has no rank.
    """

    def __init__(
        self,
        results: Sequence[SettingResult],
        alarms: Sequence[Alarms],
        errors: Sequence[Error],
        losses: Sequence[Error] = (),
    ) -> None:
        self._losses = losses
        self._alarms, self._errors, self._variants = alarms, errors, best(results)
        self.results = [o for o in results if self._variants[o.detector] == o.variant]
        costs = {name: [o.cost for o in self._of(name)] for name in self._variants}
        self._ranks = average_ranks({name: of for name, of in costs.items() if name != SHIPPED})
        self.detectors = sorted(self._ranks, key=lambda name: self._ranks[name])

    def figures(self) -> dict[str, dict[str, results.Figure]]:
        """Return the figures for results.json."""
        names = [*self.detectors, *([SHIPPED] if SHIPPED in self._variants else [])]
        found: dict[str, dict[str, results.Figure]] = {
            "average rank": {name: round(rank, 2) for name, rank in self._ranks.items()},
            "power": {name: round(self._mean(name, "power"), 3) for name in names},
            "requests until the alarm": {name: round(self._mean(name, "cost")) for name in names},
            "false alarms": {name: round(self._false_alarms(name), 3) for name in names},
            "error of estimated accuracy": {
                name: round(self._error(name), 4)
                for name in dict.fromkeys(error.estimator for error in self._errors)
            },
            "error of estimated loss": {
                name: round(float(np.mean([self._lost(name, e.shift) for e in self._losses])), 4)
                for name in dict.fromkeys(error.estimator for error in self._losses)
            },
        }
        return {what: those for what, those in found.items() if those}

    def tables(self) -> dict[str, str]:
        """Return the tables of tasks with classes for the docs by the name of their marker."""
        return {
            "overall": self.overall(),
            "ranks": self.ranks(),
            "estimates": self.estimates(),
            "settings": self.by_setting(),
        }

    def tables_of_numbers(self) -> dict[str, str]:
        """Return the same of tasks with numbers."""
        return {
            "numbers": self.overall(),
            "ranks_of_numbers": self.ranks(),
            "losses": self.losses(),
            "settings_of_numbers": self.by_setting(),
        }

    def tables_of(self, traffic: str) -> dict[str, str]:
        """Return those of tasks with classes in traffic of another kind."""
        return {f"overall_{traffic}": self.overall(), f"ranks_{traffic}": self.ranks()}

    def overall(self) -> str:
        """Return the table of all detectors."""
        figures = self.figures()
        header = (
            "detector",
            "best as",
            "average rank",
            "power",
            "requests until the alarm",
            "false alarms",
            "error of estimated accuracy",
        )
        rows = [
            [
                name,
                self._variants[name] or NONE,
                _said(figures["average rank"].get(name), "{:.2f}"),
                _said(figures["power"][name], "{:.0%}"),
                _said(figures["requests until the alarm"][name], "{:,}"),
                _said(figures["false alarms"][name], "{:.1%}"),
                _said(self._estimate(name), "{:.4f}"),
            ]
            for name in figures["power"]
        ]
        shown = len(header) if self._errors else -1
        return results.table(header[:shown], [row[:shown] for row in rows])

    def ranks(self) -> str:
        """Return average ranks by task and by shift."""
        groups = [("task", name) for name in dict.fromkeys(o.task for o in self.results)]
        groups += [("shift", name) for name in dict.fromkeys(o.shift for o in self.results)]
        rows = []
        for kind, group in groups:
            found = average_ranks(
                {
                    name: [o.cost for o in self._of(name) if getattr(o, kind) == group]
                    for name in self.detectors
                }
            )
            rows.append([group, *(f"{found[name]:.2f}" for name in self.detectors)])
        return results.table(("task or shift", *self.detectors), rows)

    def by_setting(self) -> str:
        """Return power and median requests of every setting."""
        settings = dict.fromkeys((o.task, o.shift, o.strength) for o in self.results)
        found = {(o.task, o.shift, o.strength, o.detector): o for o in self.results}
        rows = [
            [*setting, *(_cell(found[(*setting, name)]) for name in self.detectors)]
            for setting in settings
        ]
        return results.table(("task", "shift", "strength", *self.detectors), rows)

    def estimates(self) -> str:
        """Return the errors of estimated accuracy, by task."""
        tasks = list(dict.fromkeys(error.task for error in self._errors))
        names = dict.fromkeys(error.estimator for error in self._errors)
        rows = [
            [
                name,
                *(f"{self._error(name, task):.4f}" for task in tasks),
                f"{self._error(name):.4f}",
            ]
            for name in sorted(names, key=self._error)
        ]
        return results.table(("estimated by", *tasks, "all"), rows)

    def losses(self) -> str:
        """Return the errors of the estimated loss as shares of the loss without a shift."""
        if not self._losses:
            return ""
        shifts = list(dict.fromkeys(e.shift for e in self._losses if e.grade))
        header = ("estimated by", "no shift", *shifts)
        rows = [
            [name, *(f"{self._lost(name, shift):.3f}" for shift in ("none", *shifts))]
            for name in dict.fromkeys(error.estimator for error in self._losses)
        ]
        return results.table(header, rows)

    def _lost(self, name: str, shift: str) -> float:
        usual = np.mean([e.realised for e in self._losses if not e.grade])
        own = [e.error for e in self._losses if (e.estimator, e.shift) == (name, shift)]
        return float(np.mean(own) / usual)

    def _of(self, name: str) -> list[SettingResult]:
        return [result for result in self.results if result.detector == name]

    def _mean(self, name: str, figure: str) -> float:
        return float(np.mean([getattr(result, figure) for result in self._of(name)]))

    def _false_alarms(self, name: str) -> float:
        chosen = (name, self._variants[name])
        return float(np.mean([a.share for a in self._alarms if (a.detector, a.variant) == chosen]))

    def _estimate(self, name: str) -> float | None:
        known = name in ESTIMATES and self._errors
        return self._error(ESTIMATES[name]) if known else None

    def _error(self, name: str, task: str | None = None) -> float:
        own = [e for e in self._errors if e.estimator == name and e.grade > 0]
        tasks = [task] if task else list(dict.fromkeys(error.task for error in own))
        return float(np.mean([np.mean([e.error for e in own if e.task == t]) for t in tasks]))


def _cell(result: SettingResult) -> str:
    median = f"{result.delay:,.0f}" if np.isfinite(result.delay) else NONE
    return f"{result.power:.0%} {median}"


def _said(figure: results.Figure | None, form: str) -> str:
    return NONE if figure is None else form.format(figure)
