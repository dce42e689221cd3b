"""The relay's metrics: counters of this process, and gauges read from the store at each scrape."""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitoring.relay.attempts import Attempts
from monitoring.relay.audit import CONCLUSIONS, AuditEvent
from monitoring.relay.incidents import Incidents
from monitoring.relay.store import Store
from monitoring.relay.worth import Worth
from perennial.metric_names import relay as metrics
from perennial.metric_names.metric import Metric as Definition

# Read from the store.
GAUGES = (
    *(metrics.PENDING, metrics.LAST_SUCCESS, metrics.PIPELINE_STATUS),
    *(metrics.INCIDENT, metrics.INCIDENT_SINCE, metrics.MISSING_LABELS, metrics.EXPECTED),
    *(metrics.ALERT_INCIDENTS, metrics.SIGNAL_INCIDENTS),
)
Gauges = Mapping[Definition, GaugeMetricFamily]


class Counters:
    """What this process did; every series of a known label is there from the start, at 0."""

    def __init__(self, registry: CollectorRegistry, models: Sequence[str]) -> None:
        self._webhooks = _counter(metrics.WEBHOOKS, registry)
        self._decisions = _counter(metrics.DECISIONS, registry)
        self._pipelines = _counter(metrics.PIPELINES, registry)
        self._trigger_errors = _counter(metrics.TRIGGER_ERRORS, registry)
        self._poll_errors = _counter(metrics.POLL_ERRORS, registry)
        self._verdicts = _counter(metrics.VERDICTS, registry)
        for model in models:
            for counter in (self._pipelines, self._trigger_errors, self._poll_errors):
                counter.labels(model)
            for verdict in CONCLUSIONS:
                self._verdicts.labels(model, verdict)
        for event in AuditEvent:
            self._decisions.labels(event)

    def answered(self, status: int) -> None:
        """Count a webhook by the status it was answered with."""
        self._webhooks.labels(str(status)).inc()

    def audited(self, event: AuditEvent) -> None:
        """Count an entry of the audit."""
        self._decisions.labels(event).inc()

    def triggered(self, model: str) -> None:
        """Count a pipeline."""
        self._pipelines.labels(model).inc()

    def trigger_error(self, model: str) -> None:
        """Count a failed attempt."""
        self._trigger_errors.labels(model).inc()

    def poll_error(self, model: str) -> None:
        """Count a question that GitLab did not answer."""
        self._poll_errors.labels(model).inc()

    def judged(self, model: str, verdict: AuditEvent) -> None:
        """Count how a pipeline ended."""
        self._verdicts.labels(model, verdict).inc()


class StoreCollector(Collector):
    """Gauges of what the store holds, so that they survive a restart."""

    def __init__(self, store: Store, models: Sequence[str]) -> None:
        self._store = store
        self._models = models

    def describe(self) -> Iterable[Metric]:
        """Return the families without their values."""
        return [_gauge(definition) for definition in GAUGES]

    def collect(self) -> Iterable[Metric]:
        """Read the store."""
        found = {definition: _gauge(definition) for definition in GAUGES}
        with self._store.transaction() as ledger:
            for model in self._models:
                _add_attempts(found, ledger.attempts, model)
                _add_incident(found, ledger.incidents, model)
                _add_worth(found, ledger.worth(model), model)
        return list(found.values())


def _add_attempts(found: Gauges, attempts: Attempts, model: str) -> None:
    trigger, latest = attempts.last_trigger(model), attempts.latest(model)
    found[metrics.PENDING].add_metric([model], attempts.waiting(model))
    found[metrics.LAST_SUCCESS].add_metric([model], trigger.timestamp() if trigger else 0.0)
    if latest is not None:
        found[metrics.PIPELINE_STATUS].add_metric([model, latest.status], 1.0)


def _add_incident(found: Gauges, incidents: Incidents, model: str) -> None:
    """Add what the latest living incident does."""
    living = incidents.living(model)
    missing = living[-1].missing_labels if living else 0
    found[metrics.MISSING_LABELS].add_metric([model], missing)
    if not living:
        return
    latest = living[-1]
    labels = [model, latest.action.value]
    found[metrics.INCIDENT].add_metric(labels, 1.0)
    found[metrics.INCIDENT_SINCE].add_metric(labels, latest.action_since.timestamp())
    if latest.expected_at is not None:
        found[metrics.EXPECTED].add_metric([model], latest.expected_at.timestamp())


def _add_worth(found: Gauges, worth: Worth, model: str) -> None:
    for gauge, counts in (
        (metrics.ALERT_INCIDENTS, worth.alerts),
        (metrics.SIGNAL_INCIDENTS, worth.signals),
    ):
        for (name, outcome), number in sorted(counts.items()):
            found[gauge].add_metric([model, name, outcome.value], number)


def expose(registry: CollectorRegistry) -> bytes:
    """Return the metrics as Prometheus reads them."""
    return generate_latest(registry)


def _counter(definition: Definition, registry: CollectorRegistry) -> Counter:
    return Counter(definition.name, definition.help, definition.labels, registry=registry)


def _gauge(definition: Definition) -> GaugeMetricFamily:
    return GaugeMetricFamily(definition.name, definition.help, labels=definition.labels)
