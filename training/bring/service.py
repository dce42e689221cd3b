"""A client of the running service, as small as one can be."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from training.errors import TrainingError


class ServiceRefused(TrainingError):
    """The service did not answer, or refused a request."""


class Service:
    """One connection, which is kept open."""

    def __init__(self, url: str, *, key: str = "") -> None:
        """url: such as `http://127.0.0.1:8000`.  key: an API key, if the service asks for one."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServiceRefused(f"{url}: expected an address such as http://127.0.0.1:8000")
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=30)
        self._url, self._path = url, parts.path.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str) -> Any:
        """Return what is at a path. Raises ServiceRefused."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        """Return the answer to a request. Raises ServiceRefused."""
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, verb: str, path: str, sent: bytes | None) -> Any:
        try:
            self._connection.request(verb, self._path + path, sent, self._headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            text = f"{self._url}: no answer ({error}); 'make serve' starts the service"
            raise ServiceRefused(text) from error
        if answer.status >= 300:
            raise ServiceRefused(f"{self._url}{path}: {answer.status}: {_message(content)}")
        return json.loads(content)


def _message(content: bytes) -> str:
    try:
        return str(json.loads(content)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return content[:200].decode("utf-8", "replace")
