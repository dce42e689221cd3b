"""All policies by name, made for a scenario."""

from collections.abc import Callable, Mapping

from backtest.policies.calendar import EveryPeriod, EveryRows
from backtest.policies.never import Never
from backtest.policies.admitted import Admitted
from backtest.policies.incident import Incidents, signals
from backtest.policy import Policy
from backtest.rules.quality_alerts import raised
from backtest.scenario import Scenario
from monitoring.relay.policy import Signal

SHIPPED, NEVER = "as shipped", "never"
QUALITY = (
    *("AccuracyDrop", "EstimatedAccuracyDrop"),
    *("LossRise", "EstimatedLossRise", "IntervalCoverageDrop"),
)
ALERTS = ("DataDrift", "PredictionDrift", *QUALITY)
ROWS = (500, 1_000, 2_000, 4_000)
DAY = 86_400
PERIODS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
Make = Callable[[Scenario], Policy]


def usual(scenario: Scenario) -> list[str]:
    """Return all policies, but those on an alert that models of the task never raise."""
    able = raised(scenario.pipeline.trained().bundle.reference)
    never = [f"{name} alone" for name in QUALITY if name not in able]
    return [name for name in POLICIES if name not in never]


def _rows(rows: int, gated: bool) -> Make:
    return lambda scenario: EveryRows(rows, scenario.start, gated=gated)


def _period(name: str, seconds: float) -> Make:
    return lambda scenario: EveryPeriod(seconds, scenario.begin * scenario.pace, name)


def _alone(name: str) -> Make:
    return lambda scenario: Incidents(scenario.relay, {name: signals(scenario.thresholds)[name]})


def _measured(by: Signal) -> Make:
    """Return the policy on all alerts that are measured with labels, or without."""

    def make(scenario: Scenario) -> Incidents:
        found = signals(scenario.thresholds)
        return Incidents(scenario.relay, {name: own for name, own in found.items() if own is by})

    return make


def _admitted(scenario: Scenario) -> Admitted:
    return Admitted(scenario.relay, scenario.numbers.collect.lookback_seconds)


POLICIES: Mapping[str, Make] = {
    NEVER: lambda scenario: Never(),
    SHIPPED: lambda scenario: Incidents(scenario.relay, signals(scenario.thresholds)),
    "one pipeline an incident": _admitted,
    "labels alone": _measured(Signal.LABELS),
    "inputs alone": _measured(Signal.INPUTS),
    **{f"{name} alone": _alone(name) for name in ALERTS},
    **{f"every {rows:,} rows": _rows(rows, True) for rows in ROWS},
    **{f"every {rows:,} rows, no gate": _rows(rows, False) for rows in ROWS},
    **{f"every {name}": _period(name, seconds) for name, seconds in PERIODS.items()},
}
