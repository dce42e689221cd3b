"""Grafana's alert rules, made from the alerts that Prometheus' rules are made from.

Run these or Prometheus' with Alertmanager, not both: two senders tell of every incident twice.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from monitoring.alerts import RETRAIN, Alert, of_models
from monitoring.grafana.boards import boards, numbered
from monitoring.grafana.panel import LOOP
from monitoring.grafana.provisioning import FOLDER
from monitoring.grafana.variables import DATASOURCE_UID
from monitoring.limits import Limits
from monitoring.thresholds import Thresholds

# The smallest that Grafana allows, so that `for` is kept to within 10 s. What the rules read is
# recorded by Prometheus already, so a look is cheap.
INTERVAL = "10s"
LOOKBACK_SECONDS = 600
LONGEST_UID = 40
EXPRESSION = "__expr__"
# An alert's expression compares by itself: it has a series where it fires, whatever its value,
# 0 as in `up == 0` too, and none is under 0.
ANY_VALUE = -1
# Health is an expression without series. So no data is OK here; what is gone for good is another
# alert's to say, by absent().
NO_DATA = "OK"
# An expression in an action has braces of its own, but never two that close.
ACTION_THAT_ASKS = re.compile(r"\{\{(?:(?!\}\}).)*\bquery\b")


def alert_rules(limits: Limits, *, runbook: str) -> dict[str, Any]:
    """Return the alert rules' file; runbook: the address of the runbook."""
    places = _places(limits.general)
    return {
        "apiVersion": 1,
        "groups": [
            {
                "orgId": 1,
                "name": f"alerts_{name}",
                "folder": FOLDER,
                "interval": INTERVAL,
                "rules": [_rule(alert, runbook, places) for alert in alerts],
            }
            for name, alerts in of_models(limits).items()
        ],
    }


def uid(alert: Alert) -> str:
    """Return a rule's uid, at most 40 characters."""
    name = f"perennial-{alert.name.lower()}"
    if not alert.model:
        return name
    digest = hashlib.sha256(alert.model.encode()).hexdigest()
    return f"{name}-{digest}"[:LONGEST_UID]


def title(alert: Alert) -> str:
    """Return a rule's title, which no other rule has."""
    return f"{alert.name} ({alert.model})" if alert.model else alert.name


def _rule(alert: Alert, runbook: str, places: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    board, panel = places.get(alert.name, places[""])
    said = {name: in_grafana(text) for name, text in alert.annotations(runbook).items()}
    return {
        "uid": uid(alert),
        "title": escaped(title(alert)),
        "condition": "B",
        "data": [_query(alert.expr), _condition()],
        "noDataState": NO_DATA,
        "execErrState": _when_unknown(alert),
        "for": alert.hold,
        "labels": {name: escaped(value) for name, value in alert.labels.items()},
        "annotations": {**said, "__dashboardUid__": board, "__panelId__": str(panel)},
        "isPaused": False,
    }


def _when_unknown(alert: Alert) -> str:
    """Return what a rule is while Prometheus does not answer it.

    A retrain keeps its state: not to know is no evidence of drift, and an incident that ends and
    begins again would be another one. For the others somebody must hear that nothing is seen.
    """
    return "KeepLast" if alert.labels.items() >= RETRAIN.items() else "Error"


def _query(expr: str) -> dict[str, Any]:
    return {
        "refId": "A",
        "relativeTimeRange": {"from": LOOKBACK_SECONDS, "to": 0},
        "datasourceUid": DATASOURCE_UID,
        "model": {"refId": "A", "expr": expr, "instant": True, "range": False},
    }


def _condition() -> dict[str, Any]:
    return {
        "refId": "B",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": EXPRESSION,
        "model": {
            "refId": "B",
            "type": "threshold",
            "datasource": {"type": EXPRESSION, "uid": EXPRESSION},
            "expression": "A",
            "conditions": [{"evaluator": {"type": "gt", "params": [ANY_VALUE]}}],
        },
    }


def _places(thresholds: Thresholds) -> dict[str, tuple[str, int]]:
    """Return the panel that shows each alert; under "" the table of all that fire."""
    found: dict[str, tuple[str, int]] = {}
    for board in boards(thresholds):
        for number, panel in numbered(board):
            for name in panel.alerts:
                found.setdefault(name, (board.uid, number))
            if board.uid == LOOP and panel.kind == "table":
                found.setdefault("", (board.uid, number))
    return found


def in_grafana(text: str) -> str:
    """Return a template of Prometheus' as Grafana renders it.

    A value is named by its query, and templates cannot ask Prometheus, so the sentences from the
    first that asks are left out: the panel that the alert links to has their figures.

    >>> in_grafana('Drift: {{ $value }}. Worst: {{ query "x" }}{{ .Value }}.')
    'Drift: {{ $values.A.Value }}.'
    """
    asking = (place for place, one in enumerate(_sentences(text)) if ACTION_THAT_ASKS.search(one))
    kept = _sentences(text)[: next(asking, None)]
    return re.sub(r"\$value\b", "$values.A.Value", " ".join(kept))


def _sentences(text: str) -> Sequence[str]:
    """Split at a full stop and a space outside of {{ }}.

    >>> _sentences('A {{ f . | g }} b. C.')
    ['A {{ f . | g }} b.', 'C.']
    """
    parts = re.split(r"(\{\{.*?\}\})", text)
    marked = "".join(
        part if place % 2 else part.replace(". ", ".\0") for place, part in enumerate(parts)
    )
    return marked.split("\0")


def escaped(text: str) -> str:
    """Return a text with its dollars doubled, for fields that Grafana fills variables in.

    >>> escaped("5 $")
    '5 $$'
    """
    return text.replace("$", "$$")
