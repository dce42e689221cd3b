"""How python-gitlab sends our calls: when it tries again, and who never sees a token."""

import sys
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from gitlab import Gitlab
from gitlab.const import RETRYABLE_TRANSIENT_ERROR_CODES
from gitlab.exceptions import GitlabError

# Seconds before each further attempt after a server error or a lost connection.
PAUSES = (1.0, 2.0, 4.0, 8.0)
# Seconds before the only further attempt after too many calls; GitLab counts them by the minute.
LIMITED = 60.0
LOST = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)


class Session(requests.Session):
    """Drops tokens where a redirect leads to another host, as requests does with Authorization."""

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Remove what the other host must not see; refuse to send it a body."""
        super().rebuild_auth(prepared_request, response)
        there = prepared_request.url or ""
        if self.should_strip_auth(response.request.url or "", there):
            prepared_request.headers.pop("PRIVATE-TOKEN", None)
            if prepared_request.body is not None:
                host = urlsplit(there).netloc
                raise requests.RequestException(f"redirected to another host, {host}")


class Client(Gitlab):
    """Tries again with a word each time, and not for long.

    python-gitlab itself waits as long as a Retry-After says, and fails on one that is a date.
    """

    def http_request(self, verb: str, path: str, *given: Any, **options: Any) -> requests.Response:
        """Send a call; see Gitlab.http_request."""
        limited = [LIMITED] if options.pop("obey_rate_limit", True) else []
        again = options.pop("retry_transient_errors", None)
        pauses = [*PAUSES] if (self.retry_transient_errors if again is None else again) else []
        options |= {"obey_rate_limit": False, "retry_transient_errors": False}
        while True:
            try:
                return super().http_request(verb, path, *given, **options)
            except (GitlabError, requests.RequestException) as error:
                left = limited if _status(error) == 429 else pauses if _transient(error) else []
                if not left:
                    raise
                pause = left.pop(0)
                came = f"GitLab answered {_status(error)}" if _status(error) else "no answer"
            print(f"{verb.upper()} {path}: {came}; next attempt in {pause:.0f} s", file=sys.stderr)
            time.sleep(pause)


def _status(error: Exception) -> int:
    return getattr(error, "response_code", None) or 0


def _transient(error: Exception) -> bool:
    if isinstance(error, GitlabError):
        locked = _status(error) == 409 and "Resource lock" in str(error.error_message)
        return locked or _status(error) in RETRYABLE_TRANSIENT_ERROR_CODES
    return isinstance(error, LOST)
