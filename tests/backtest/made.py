"""Small replays for the tests of the backtest."""

from dataclasses import replace
from pathlib import Path

from backtest.history import arranged
from backtest.made import Request, scenario
from backtest.scenario import Scenario
from backtest.streams import STREAMS
from backtest.streams.made.rows import rows
from monitoring.relay.policy import Policy

MADE = STREAMS["made"]


def small(kind: str, cache: Path, *, count: int = 4000, late: str = "0s") -> Scenario:
    """Return a replay of a made history at 10 rows a minute."""
    history = arranged(MADE, rows(kind, count, seed=1), rate="10/m", late=late)
    request = Request(task="made", rate="10/m", late=late, start=1000, horizon=500)
    return scenario(request, MADE, history, cache, root=Path())


def eager(given: Scenario) -> Scenario:
    """Return the replay with a relay that waits for few labels, of traffic without a rhythm."""
    limits = replace(given.thresholds, rhythm="0s")
    return replace(given, relay=Policy(drift_rows=400), thresholds=limits)
