"""What came of a model's alerts so far, and of its signals' drift, as the relay counts it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitoring.drift_report.span import Span
from monitoring.prometheus_client import selector
from perennial.metric_names import relay as metrics
from perennial.metric_names.metric import Metric

# In words, and in this order.
OUTCOMES = {
    "promote": "promoted",
    "keep": "kept",
    "block": "blocked",
    "nothing": "nothing",
    "open": "open",
}
# Most signals to name.
MOST = 10


@dataclass(frozen=True)
class Worth:
    """How many incidents had an alert, or a signal that drifted, by what came of them."""

    name: str
    incidents: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of its incidents."""
        return sum(self.incidents.values())

    def __str__(self) -> str:
        parts = (
            f"{self.incidents[outcome]:,} {word}"
            for outcome, word in OUTCOMES.items()
            if outcome in self.incidents
        )
        return f"{self.name}: {', '.join(parts)}"


def alerts_worth(span: Span, model: str) -> list[Worth]:
    """Return what came of each alert until the end of a span. Raises PrometheusFailed."""
    return sorted(_worth(span, model, metrics.ALERT_INCIDENTS), key=lambda one: one.name)


def signals_worth(span: Span, model: str) -> list[Worth]:
    """Return what came of the signals that drifted most often. Raises PrometheusFailed."""
    found = _worth(span, model, metrics.SIGNAL_INCIDENTS)
    return sorted(found, key=lambda one: (-one.total, one.name))[:MOST]


def _worth(span: Span, model: str, metric: Metric) -> Iterator[Worth]:
    _, name, outcome = metric.labels
    found: dict[str, dict[str, int]] = {}
    # Several relays share one database, and say the same.
    chosen = f"max by ({name}, {outcome}) ({metric.name}{selector(model=model)})"
    for one in span.at_end(chosen):
        of = found.setdefault(one.labels[name], {})
        of[one.labels[outcome]] = round(one.values[-1])
    return (Worth(*pair) for pair in found.items())
