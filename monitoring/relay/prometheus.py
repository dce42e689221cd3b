"""What the relay asks of Prometheus' HTTP API."""

from typing import Any

import requests

from monitoring.relay.errors import Unconfirmed

PROBLEMS = (requests.RequestException, ValueError, LookupError, TypeError)


class Prometheus:
    """The HTTP API of a Prometheus.

    Source: https://prometheus.io/docs/prometheus/latest/querying/api/
    """

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = f"{url.rstrip('/')}/api/v1"
        self._timeout = timeout

    def get(self, path: str, **params: str) -> Any:
        """Return the data of an answer. Raises one of PROBLEMS."""
        answer = requests.get(f"{self._url}/{path}", params=params, timeout=self._timeout)
        answer.raise_for_status()
        return answer.json()["data"]

    def query(self, expr: str) -> Any:
        """Return an expression's series as they are now. Raises one of PROBLEMS."""
        return self.get("query", query=expr)["result"]


def quoted(text: str) -> str:
    """Return a text as PromQL writes it.

    >>> quoted('a "b"')
    '"a \\\\"b\\\\""'
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unconfirmed(error: Exception, expected: str) -> Unconfirmed:
    """Return the error of an answer that is not what was expected."""
    return Unconfirmed("RELAY_PROMETHEUS_URL", type(error).__name__, expected)
