"""A relay for tests, put together from real parts with a fake clock and fake pipelines."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from monitoring.relay.app import Relay, build
from monitoring.relay.arrivals import Arrivals
from monitoring.relay.attempts import PipelineAttempt
from monitoring.relay.decider import Decider
from monitoring.relay.evidence import Evidence
from monitoring.relay.exporter import Counters, StoreCollector
from monitoring.relay.gitlab import Pipelines
from monitoring.relay.intake import Intake
from monitoring.relay.limits import RelayLimits
from monitoring.relay.policy import Policy
from monitoring.relay.signature import Senders
from monitoring.relay.starter import Patience, Starter
from monitoring.relay.store import Store
from monitoring.relay.tables import engine
from monitoring.relay.worker import Worker
from perennial.http.door import Door
from perennial.http.hosts import Hosts
from perennial.http.keyring import Keyring
from tests.monitoring.relay.fakes import Clock, FakePipelines
from tests.monitoring.relay.served import Served

MODELS = ("digits", "news")
BEARER = "a-bearer-token"
SECRET = "a-shared-secret"
TIMESTAMP = "X-Grafana-Alerting-Timestamp"


class Bench:
    """The parts of a relay over one database; `restart` makes new ones, as a new process does."""

    def __init__(
        self,
        database: str,
        pipelines: Pipelines,
        *,
        clock: Clock | None = None,
        evidence: Evidence | None = None,
        arrivals: Arrivals | None = None,
        limits: Mapping[str, RelayLimits] | None = None,
    ) -> None:
        self.evidence = evidence
        self.arrivals = arrivals
        self.limits = limits or {}
        self.clock = clock or Clock()
        self.pipelines = pipelines
        self._database = database
        self.longest = timedelta(days=7)
        self.policy = Policy(cooldown=timedelta(hours=1), daily_budget=3, fall_rows=100)
        self.patience = Patience(settle=60, backoff=2, backoff_limit=100, attempts=4, poll=15)
        self.restart()

    def restart(self) -> None:
        """Forget everything but the database."""
        self.store = Store(engine(self._database))
        self.registry = CollectorRegistry()
        self.counters = Counters(self.registry, MODELS)
        self.registry.register(StoreCollector(self.store, MODELS))
        self.intake = Intake(
            self.store,
            models=MODELS,
            longest=self.longest,
            pause=self.policy.pause,
            clock=self.clock,
            counters=self.counters,
            evidence=self.evidence,
        )
        self.decider = Decider(
            store=self.store,
            policy=self.policy,
            clock=self.clock,
            counters=self.counters,
            limits=self.limits,
            evidence=self.evidence,
            arrivals=self.arrivals,
        )
        self.worker = Worker(
            self.store,
            models=MODELS,
            decider=self.decider,
            starter=Starter(
                self.store,
                self.pipelines,
                patience=self.patience,
                counters=self.counters,
                clock=self.clock,
                random=lambda: 1.0,
            ),
            counters=self.counters,
            clock=self.clock,
        )

    def run(self, seconds: float) -> None:
        """Let the worker work while time passes."""
        end = self.clock.now + timedelta(seconds=seconds)
        while self.clock.now <= end:
            self.clock.advance(max(self.worker.step(), 0.5))

    def decisions(self) -> list[str]:
        """Return every decision of the audit, oldest first."""
        with self.store.transaction() as ledger:
            return [row["decision"] for row in reversed(ledger.audit(1000)[1])]

    def reasons(self) -> list[str]:
        """Return every reason of the audit, oldest first."""
        with self.store.transaction() as ledger:
            return [row["reason"] for row in reversed(ledger.audit(1000)[1])]

    def latest(self, model: str = "digits") -> PipelineAttempt:
        """Return the model's latest attempt."""
        with self.store.transaction() as ledger:
            found = ledger.attempts.latest(model)
        assert found is not None
        return found

    def incident(self, model: str = "digits") -> dict[str, Any]:
        """Return the model's latest incident, as the audit shows it."""
        with self.store.transaction() as ledger:
            return next(row for row in ledger.audit(1000)[0] if row["model"] == model)

    def value(self, name: str, **labels: str) -> float | None:
        """Return a metric as Prometheus would read it."""
        return self.registry.get_sample_value(name, labels)

    def client(
        self, *, root_path: str = "", door: Door | None = None, keys: Keyring | None = None
    ) -> Served:
        """Serve the relay's application; the `with` block gives a client of it."""
        door = door or Door(Hosts.of("127.0.0.1"))
        relay = Relay(
            store=self.store,
            intake=self.intake,
            worker=self.worker,
            senders=Senders(bearer=BEARER, secret=SECRET, timestamp_header=TIMESTAMP),
            counters=self.counters,
            registry=self.registry,
            clock=self.clock,
            max_body_bytes=20_000,
        )
        return Served(build(relay, door=door, root_path=root_path, keys=keys))


def bench(
    folder: Path,
    *plan: str,
    clock: Clock | None = None,
    evidence: Evidence | None = None,
    arrivals: Arrivals | None = None,
    limits: Mapping[str, RelayLimits] | None = None,
) -> tuple[Bench, FakePipelines]:
    """Return a bench over SQLite in a folder, and its pipelines."""
    pipelines = FakePipelines(*plan)
    database = f"sqlite:///{folder}/relay.db"
    found = Bench(
        database, pipelines, clock=clock, evidence=evidence, arrivals=arrivals, limits=limits
    )
    return found, pipelines
