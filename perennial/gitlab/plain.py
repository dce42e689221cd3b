"""Call GitLab's API with only Python 3.8's standard library, which is all that CML's image has."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from perennial.gitlab.errors import GitLabRefused, WrongVariable
from perennial.gitlab.refusal import SILENCE, Answer, not_json, read, sentence

TIMEOUT_SECONDS = 30


def trust(ca_file: str) -> ssl.SSLContext:
    """Return a context that trusts the usual certificates and those in a file, if given.

    Raises WrongVariable.
    """
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            expected = f"a file with PEM certificates ({error})"
            raise WrongVariable("CI_SERVER_TLS_CA_FILE", ca_file, expected) from error
    return context


class PlainClient:
    """Calls GitLab with a token; raises GitLabRefused with the action and the reason."""

    def __init__(self, api: str, token: str, *, ca_file: str = "") -> None:
        """api: an address that ends with /api/v4.  ca_file: extra certificates to trust."""
        self._api = api.rstrip("/")
        self._token = token
        self._context = trust(ca_file)

    def call(
        self, action: str, method: str, path: str, fields: dict[str, str] | None = None
    ) -> tuple[Any, str]:
        """Return the response's JSON, and the number of the next page, if any."""
        data = urlencode(fields).encode() if fields else None
        request = Request(self._api + path, data, {"User-Agent": "perennial"}, method=method)
        request.add_unredirected_header("PRIVATE-TOKEN", self._token)
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS, context=self._context) as answer:
                content = answer.read()
                return json.loads(content or b"null"), answer.headers.get("X-Next-Page", "")
        except HTTPError as error:
            came = read(error.code, _body(error), str(error.reason))
            raise GitLabRefused(sentence(action, came), status=came.status) from error
        except (URLError, OSError, HTTPException) as error:
            came = Answer(SILENCE, str(getattr(error, "reason", error)))
            raise GitLabRefused(sentence(f"{action} at {self._api}", came)) from error
        except ValueError as error:
            raise GitLabRefused(not_json(f"{action} at {self._api}")) from error


def _body(error: HTTPError) -> bytes:
    """Return the body of an error's response, empty if the connection broke."""
    try:
        return error.read()
    except (OSError, HTTPException):
        return b""
