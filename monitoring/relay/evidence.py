"""Whether Prometheus itself has an alert firing: Alertmanager takes an alert from anyone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests

from monitoring.relay.errors import Pending, Unconfirmed
from monitoring.relay.webhook import Candidate

ANSWER = "a list of alerts from Prometheus"
FIRING, PENDING = "firing", "pending"
# A Prometheus that started has no alerts until its rules have run, one after the other.
STARTING = timedelta(minutes=5)


class Evidence(Protocol):
    """What a webhook is compared with before it may start anything."""

    def confirms(self, candidate: Candidate) -> bool:
        """Return whether one of a candidate's alerts fires. Raises Unconfirmed if it may yet."""


class PrometheusAlerts:
    """The alerts of Prometheus, by its API.

    Sources: https://prometheus.io/docs/prometheus/latest/querying/api/#alerts
    and #runtime-information
    """

    def __init__(self, url: str, *, timeout: float, clock: Callable[[], datetime]) -> None:
        self._url = f"{url.rstrip('/')}/api/v1"
        self._timeout = timeout
        self._clock = clock

    def confirms(self, candidate: Candidate) -> bool:
        """Return whether one of a candidate's alerts fires, of its model and one of its versions.

        Raises Unconfirmed, so that the sender sends again, where Prometheus does not answer, or has
        the alert pending or started lately: then a real one, too, is not firing for a while.
        """
        states = {state for labels, state in self._alerts() if _is_of(labels, candidate)}
        if FIRING in states:
            return True
        if PENDING in states:
            names = ", ".join(candidate.alerts)
            raise Pending(names, "pending in Prometheus", "an alert that fires; send again")
        started = self._started()
        if self._clock() - started < STARTING:
            expected = f"one that has run for {STARTING}, since alerts begin anew; send again"
            raise Unconfirmed("Prometheus", f"started at {started.isoformat()}", expected)
        return False

    def _alerts(self) -> list[tuple[dict[str, str], str]]:
        try:
            return [(dict(one["labels"]), one["state"]) for one in self._get("alerts")["alerts"]]
        except (requests.RequestException, ValueError, LookupError, TypeError) as error:
            raise Unconfirmed("RELAY_PROMETHEUS_URL", type(error).__name__, ANSWER) from error

    def _started(self) -> datetime:
        try:
            return datetime.fromisoformat(self._get("status/runtimeinfo")["startTime"]).astimezone()
        except (requests.RequestException, ValueError, LookupError, TypeError) as error:
            expected = "when Prometheus started"
            raise Unconfirmed("RELAY_PROMETHEUS_URL", type(error).__name__, expected) from error

    def _get(self, path: str) -> Any:
        answer = requests.get(f"{self._url}/{path}", timeout=self._timeout)
        answer.raise_for_status()
        return answer.json()["data"]


def _is_of(labels: dict[str, str], candidate: Candidate) -> bool:
    return (
        labels.get("model") == candidate.model
        and labels.get("alertname") in candidate.alerts
        and labels.get("version", "") in candidate.versions
    )
