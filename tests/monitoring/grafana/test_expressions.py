"""Every expression of every dashboard, run on a real Prometheus over a real service and relay."""

import json
import math
from collections.abc import Iterator
from typing import NamedTuple
from urllib.error import HTTPError

import pytest

from monitoring.alerts import Alert, every
from monitoring.grafana.alert_rules import ANY_VALUE
from monitoring.grafana.boards import boards
from monitoring.grafana.variables import MODEL, SIGNAL, VERSION, substitute
from monitoring.thresholds import Thresholds
from tests.monitoring.grafana.running import THRESHOLDS, Life

pytestmark = pytest.mark.seconds(40)

WINDOWS = THRESHOLDS.windows
ALERTS = every(THRESHOLDS)


class Asked(NamedTuple):
    """An expression of a dashboard, and what it is for."""

    where: str
    expr: str
    legend: str
    empty: str


def _asked() -> Iterator[Asked]:
    for board in boards(Thresholds()):
        for panel in board.panels:
            for query in panel.queries:
                yield Asked(f"{board.uid}: {panel.title}", query.expr, query.legend, query.empty)
        for mark in board.annotations:
            where = f"{board.uid}: annotation {mark.name}"
            yield Asked(where, mark.expr, mark.title, mark.empty)


ASKED = list(_asked())


def _answer(life: Life, expr: str) -> dict[frozenset[tuple[str, str]], float]:
    try:
        return life.query(expr)
    except HTTPError as error:
        raise AssertionError(f"{expr}\n{json.load(error)['error']}") from error


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.where}: {asked.legend}")
def test_every_expression_has_an_answer(life: Life, asked: Asked, window: str) -> None:
    """An expression parses, and has finite series unless it says why a healthy system has none."""
    answer = _answer(life, substitute(asked.expr, window=window))
    assert answer or asked.empty, asked.expr
    assert all(math.isfinite(value) for value in answer.values()), answer


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.where}: {asked.legend}")
def test_every_label_in_a_legend_is_in_the_series(life: Life, asked: Asked) -> None:
    """A legend names only labels that the series have, so none of them reads blank."""
    named = {part.split("}}")[0] for part in asked.legend.split("{{")[1:]}
    for labels in _answer(life, substitute(asked.expr, window=WINDOWS[0])):
        assert named <= {name for name, _ in labels}


def test_what_is_empty_in_health_is_there_in_trouble(life: Life) -> None:
    """With drift, a retrain and a refused bundle, the series that health lacks are there."""
    # Marks of the last minute, over by now or not; and a wait, which is over where a pipeline runs.
    moments = ("Versions", "Retrains", "Until the wait ends")
    quiet = [asked for asked in ASKED if asked.empty and not asked.where.endswith(moments)]
    missing = [
        asked.where
        for asked in quiet
        if not _answer(life, substitute(asked.expr, window=WINDOWS[0]))
    ]
    assert quiet and not missing


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_rule_can_be_evaluated(life: Life, alert: Alert) -> None:
    """A rule's expression parses, and no value of it is under the threshold that makes it fire."""
    answer = _answer(life, alert.expr)
    assert all(value > ANY_VALUE for value in answer.values())


@pytest.mark.parametrize("name", ("DataDrift", "AccuracyDrop", "LossRise", "BundleRejected"))
def test_a_rule_fires_in_trouble(life: Life, name: str) -> None:
    """With drift, wrong answers of both kinds and a refused bundle, these rules fire."""
    (alert,) = (alert for alert in ALERTS if alert.name == name)
    assert any(value > ANY_VALUE for value in _answer(life, alert.expr).values())


@pytest.mark.parametrize("variable", (MODEL, VERSION, SIGNAL), ids=lambda one: one.name)
def test_every_variable_has_values(life: Life, variable: object) -> None:
    """The label that a variable takes its values from is there, with more than one for signals."""
    assert isinstance(variable, type(MODEL))
    selector = substitute(variable.selector)
    found = _answer(life, f"{variable.metric}{{{selector}}}" if selector else variable.metric)
    values = {dict(labels).get(variable.name) for labels in found}
    assert values and None not in values


def test_one_version_can_be_chosen(life: Life) -> None:
    """A panel shows the chosen version's series only."""
    expr = next(asked.expr for asked in ASKED if "Predictions a second per version" in asked.where)
    every = _answer(life, substitute(expr))
    chosen = _answer(life, substitute(expr, version="1.0.0"))
    assert {dict(labels)["version"] for labels in every} == {"1.0.0", "1.2.0"}
    assert {dict(labels)["version"] for labels in chosen} == {"1.0.0"}
