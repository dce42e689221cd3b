"""Whether Prometheus itself has an alert firing: Alertmanager takes an alert from anyone."""

from collections.abc import Sequence
from typing import Any, Protocol

import requests

from monitoring.relay.errors import Unconfirmed
from monitoring.relay.webhook import Candidate

ANSWER = "a list of alerts from Prometheus"


class Evidence(Protocol):
    """What a webhook is compared with before it may start anything."""

    def confirms(self, candidate: Candidate) -> bool:
        """Return whether one of a candidate's alerts fires. Raises Unconfirmed."""


class PrometheusAlerts:
    """The alerts of Prometheus, by its API.

    Source: https://prometheus.io/docs/prometheus/latest/querying/api/#alerts
    """

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = f"{url.rstrip('/')}/api/v1/alerts"
        self._timeout = timeout

    def confirms(self, candidate: Candidate) -> bool:
        """Return whether one of a candidate's alerts fires, of its model and one of its versions.

        Raises Unconfirmed where Prometheus does not answer; the sender then sends again.
        """
        return any(_is_of(labels, candidate) for labels in self._firing())

    def _firing(self) -> Sequence[dict[str, str]]:
        try:
            answer = requests.get(self._url, timeout=self._timeout)
            answer.raise_for_status()
            alerts: list[dict[str, Any]] = answer.json()["data"]["alerts"]
            return [dict(one["labels"]) for one in alerts if one["state"] == "firing"]
        except (requests.RequestException, ValueError, LookupError, TypeError) as error:
            raise Unconfirmed("RELAY_PROMETHEUS_URL", type(error).__name__, ANSWER) from error


def _is_of(labels: dict[str, str], candidate: Candidate) -> bool:
    return (
        labels.get("model") == candidate.model
        and labels.get("alertname") in candidate.alerts
        and labels.get("version", "") in candidate.versions
    )
