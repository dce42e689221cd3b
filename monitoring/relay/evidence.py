"""Whether Prometheus itself has an alert firing: Alertmanager takes an alert from anyone."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Protocol

from monitoring.relay.errors import Pending, Unconfirmed
from monitoring.relay.incidents import Firing
from monitoring.relay.policy import Signal
from monitoring.relay.prometheus import PROBLEMS, Prometheus, quoted, unconfirmed
from monitoring.relay.webhook import RETRAIN, Candidate, alert_key, signal_of

ANSWER = "a list of alerts from Prometheus"
FIRING, PENDING = "firing", "pending"
# A Prometheus that started has no alerts until its rules have run, one after the other.
STARTING = timedelta(minutes=5)
# What the recording rules say of each signal.
DRIFTED = "model_version_signal:drifted"
# Where more drift, the sender is broken and not so many signals. The page of the audit says so.
MOST_SIGNALS = 100


class Evidence(Protocol):
    """What a webhook is compared with before it may start anything."""

    def confirms(self, candidate: Candidate) -> bool:
        """Return whether one of a candidate's alerts fires. Raises Unconfirmed if it may yet."""

    def firing(
        self, model: str, versions: tuple[str, ...] | None, *, before: Collection[str]
    ) -> Firing:
        """Return the retrain alerts of some versions that fire. Raises Unconfirmed if unknown."""

    def fell(self, model: str, versions: tuple[str, ...] | None) -> datetime | None:
        """Return since when labels show a fall, None where they do not. Raises Unconfirmed."""

    def drifting(self, model: str, versions: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the signals of some versions that drift. Raises Unconfirmed if unknown."""


class PrometheusAlerts:
    """The alerts of Prometheus, by its API.

    Sources: https://prometheus.io/docs/prometheus/latest/querying/api/#alerts
    and #runtime-information
    """

    def __init__(self, prometheus: Prometheus, *, clock: Callable[[], datetime]) -> None:
        self._prometheus = prometheus
        self._clock = clock

    def confirms(self, candidate: Candidate) -> bool:
        """Return whether one of a candidate's alerts fires, of its model and one of its versions.

        Raises Unconfirmed, so that the sender sends again, where Prometheus does not answer, or has
        the alert pending or started lately: then a real one, too, is not firing for a while.
        """
        states = {state for labels, state, _ in self._alerts() if _is_of(labels, candidate)}
        if FIRING in states:
            return True
        if PENDING in states:
            names = ", ".join(candidate.alerts)
            raise Pending(names, "pending in Prometheus", "an alert that fires; send again")
        self._require_running()
        return False

    def firing(
        self, model: str, versions: tuple[str, ...] | None, *, before: Collection[str]
    ) -> Firing:
        """Return the retrain alerts of some versions that fire; one that did may be pending again.

        versions: None for any.  Raises Unconfirmed where Prometheus does not answer, or where none
        fires and it started lately.
        """
        found = {
            alert_key(labels): signal_of(labels)
            for labels, state, _ in self._alerts()
            if (state == FIRING or state == PENDING and alert_key(labels) in before)
            and _asks_for(labels, model, versions)
        }
        if not found:
            self._require_running()
        return found

    def fell(self, model: str, versions: tuple[str, ...] | None) -> datetime | None:
        """Return since when labels show a fall of some versions. Raises Unconfirmed."""
        found = [
            since
            for labels, state, since in self._alerts()
            if state == FIRING
            and _asks_for(labels, model, versions)
            and signal_of(labels) is Signal.LABELS
        ]
        return min(found, default=None)

    def drifting(self, model: str, versions: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the signals of some versions that drift, the first MOST_SIGNALS by name."""
        drifted = f"{DRIFTED}{{model={quoted(model)}}} == 1"
        try:
            found = {
                str(series["metric"]["signal"])
                for series in self._prometheus.query(drifted)
                if versions is None or series["metric"]["version"] in versions
            }
        except PROBLEMS as error:
            raise unconfirmed(error, "the signals that drift") from error
        return tuple(sorted(found)[:MOST_SIGNALS])

    def _require_running(self) -> None:
        """Raise Unconfirmed where Prometheus started so lately that alerts may be missing."""
        started = self._started()
        if self._clock() - started < STARTING:
            expected = f"one that has run for {STARTING}, since alerts begin anew; send again"
            raise Unconfirmed("Prometheus", f"started at {started.isoformat()}", expected)

    def _alerts(self) -> list[tuple[dict[str, str], str, datetime]]:
        """Return the labels of each, its state, and since when its condition holds."""
        try:
            found = self._prometheus.get("alerts")["alerts"]
            return [
                (
                    dict(one["labels"]),
                    one["state"],
                    datetime.fromisoformat(one["activeAt"]).astimezone(UTC),
                )
                for one in found
            ]
        except PROBLEMS as error:
            raise unconfirmed(error, ANSWER) from error

    def _started(self) -> datetime:
        try:
            started = self._prometheus.get("status/runtimeinfo")["startTime"]
            return datetime.fromisoformat(started).astimezone()
        except PROBLEMS as error:
            raise unconfirmed(error, "when Prometheus started") from error


def _asks_for(labels: dict[str, str], model: str, versions: tuple[str, ...] | None) -> bool:
    """Return whether an alert asks for a retrain of a model, and is of one of some versions."""
    return (
        labels.get("action") == RETRAIN
        and labels.get("model") == model
        and (versions is None or labels.get("version", "") in versions)
    )


def _is_of(labels: dict[str, str], candidate: Candidate) -> bool:
    return (
        labels.get("model") == candidate.model
        and labels.get("alertname") in candidate.alerts
        and labels.get("version", "") in candidate.versions
    )
