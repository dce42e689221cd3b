"""Stand-ins for what the relay meets: a clock, GitLab's pipelines, and webhooks."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from monitoring.relay.arrivals import Readings, Seen
from monitoring.relay.audit import AuditEntry
from monitoring.relay.errors import Unconfirmed
from monitoring.relay.gitlab import Pipeline
from monitoring.relay.incidents import Firing
from monitoring.relay.policy import Signal
from monitoring.relay.webhook import Candidate
from perennial.gitlab.errors import GitLabRefused, GitLabUnsure

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DRIFT = "DataDrift 1.0.0"
GROUP = '{}/{action="retrain"}:{model="digits"}'


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class FakeEvidence:
    """A Prometheus that confirms everything, in which these alerts fire and these signals drift.

    since: since when labels show a fall.
    """

    def __init__(self) -> None:
        self.alerts: dict[str, Signal] = {DRIFT: Signal.INPUTS}
        self.signals: tuple[str, ...] = ("contrast",)
        self.since: datetime | None = None
        self.down = False

    def confirms(self, candidate: Candidate) -> bool:
        """Confirm any."""
        return True

    def firing(self, model: str, versions: tuple[str, ...] | None, *, before: object) -> Firing:
        """Return what the test set."""
        return self.alerts

    def fell(self, model: str, versions: tuple[str, ...] | None) -> datetime | None:
        """Return what the test set."""
        return self.since

    def drifting(self, model: str, versions: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return what the test set."""
        if self.down:
            raise Unconfirmed("RELAY_PROMETHEUS_URL", "Timeout", "the signals that drift")
        return self.signals


class FakePipelines:
    """GitLab's pipelines: `plan` says what happens to each coming trigger.

    "ok": started.  "refused": not started, and the relay is told so.  "lost": not started, and no
    answer.  "made": started, and no answer.  "odd": an error that nobody foresaw.  An empty plan
    means "ok".
    """

    def __init__(self, *plan: str) -> None:
        self.plan = list(plan)
        self.made: dict[str, Pipeline] = {}
        self.inputs: list[dict[str, str]] = []
        self.statuses: dict[int, str] = {}
        self.verdicts: dict[int, AuditEntry] = {}
        self.first_id = 1
        self.unreadable = False
        self.down = False
        self.odd = False
        self.before_answer: Callable[[], None] = lambda: None

    def find(self, name: str) -> Pipeline | None:
        """Return the pipeline of this name."""
        self._check()
        return self.made.get(name)

    def trigger(self, inputs: dict[str, str]) -> Pipeline:
        """Start a pipeline, as planned."""
        self._check()
        self.inputs.append(inputs)
        step = self.plan.pop(0) if self.plan else "ok"
        if step == "refused":
            raise GitLabRefused("GitLab refused: 400")
        if step == "odd":
            raise UnicodeEncodeError("latin-1", "\ufeff", 0, 1, "no header can hold it")
        if step == "lost":
            raise GitLabUnsure("GitLab's answer was lost: timeout")
        name = f"retrain {inputs['task']} {inputs['incident']}"
        assert name not in self.made, f"a second pipeline for {name}"
        number = len(self.made) + self.first_id
        self.made[name] = Pipeline(number, f"http://gitlab/{number}", "created")
        self.before_answer()
        if step == "made":
            raise GitLabUnsure("GitLab's answer was lost: timeout")
        return self.made[name]

    def status(self, pipeline: int) -> str:
        """Return what the test set."""
        self._check()
        return self.statuses.get(pipeline, "running")

    def conclusion(self, pipeline: int, model: str) -> AuditEntry | None:
        """Return what the test set."""
        self._check()
        if self.unreadable:
            raise GitLabRefused("GitLab did not answer: 404")
        return self.verdicts.get(pipeline)

    def _check(self) -> None:
        if self.odd:
            raise AttributeError("no such field")
        if self.down:
            raise GitLabRefused("GitLab was not reached: connection refused")


class FakeArrivals:
    """The counters of one replica: labels come at a steady rate, a minute late at most.

    begin: seconds after START with which they begin.  rate: labels a second.
    lateness: what it says of how late they come.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        rate: float,
        begin: float = 0.0,
        lateness: timedelta = timedelta(),
    ) -> None:
        self.clock = clock
        self.lateness = lateness
        self.rate = rate
        self.begin = begin
        self.known = True
        self.down = False
        self.delivery: Readings | None = None

    def seen(self, model: str) -> Seen | None:
        """Return the counters as they are now."""
        if self.down:
            raise Unconfirmed("RELAY_PROMETHEUS_URL", "ConnectionError", "an answer")
        if not self.known:
            return None
        seconds = (self.clock() - START).total_seconds() - self.begin
        labels = max(seconds, 0.0) * self.rate
        if self.delivery is not None:
            return Seen(self.delivery, 0.1)
        return Seen({"instance=a": {"60.0": labels, "+Inf": labels}}, labels / 86400)

    def late(self, model: str, *, within: timedelta) -> timedelta:
        """Return what the test set."""
        if self.down:
            raise Unconfirmed("RELAY_PROMETHEUS_URL", "ConnectionError", "an answer")
        return self.lateness


def alert(
    *,
    name: str = "DataDrift",
    model: str | None = "digits",
    action: str = "retrain",
    status: str = "firing",
    started: datetime = START,
    version: str = "1.0.0",
    signal: str | None = None,
) -> dict[str, Any]:
    """Return one alert as Alertmanager sends it."""
    labels = {"alertname": name, "action": action, "version": version}
    if signal is not None:
        labels["signal"] = signal
    return {
        "status": status,
        "labels": labels if model is None else labels | {"model": model},
        "annotations": {"summary": "digits drifts"},
        "startsAt": started.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": "0123456789abcdef",
    }


def webhook(*alerts: dict[str, Any], group: str = GROUP) -> bytes:
    """Return a webhook's body as Alertmanager sends it."""
    document = {
        "version": "4",
        "groupKey": group,
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "relay",
        "groupLabels": {"model": "digits"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "alerts": list(alerts) or [alert()],
    }
    return json.dumps(document).encode()
