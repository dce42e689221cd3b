"""Create python-gitlab clients with our options, and turn their errors into ours."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabError, GitlabParsingError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from perennial.gitlab.errors import GitLabRefused, GitLabUnsure
from perennial.gitlab.plain import trust
from perennial.gitlab.refusal import REPO_TOKEN, SILENCE, Answer, Token, not_json, read, sentence
from perennial.gitlab.sending import Client, Session

TIMEOUT_SECONDS = 30.0


def connect(
    address: str,
    *,
    token: str | None = None,
    bearer: str | None = None,
    ca_file: str = "",
    timeout: float = TIMEOUT_SECONDS,
    retry: bool = False,
) -> Gitlab:
    """Return a client; this sends nothing.

    address: of GitLab, with or without /api/v4.  token: sent as PRIVATE-TOKEN.  bearer: a token
    sent as `Authorization: Bearer`, the only header accepted for the model registry's files.
    ca_file: certificates to trust in addition to the usual ones.  timeout: seconds.  retry: send
    again after server errors and timeouts; do not use it for calls that must not happen twice.
    Every call waits once, a minute, if GitLab answers that there were too many.
    """
    return Client(
        address.removesuffix("/").removesuffix("/api/v4"),
        private_token=token,
        oauth_token=bearer,
        timeout=timeout,
        keep_base_url=True,
        user_agent="perennial",
        retry_transient_errors=retry,
        session=_session(ca_file),
    )


class _Trusting(HTTPAdapter):
    """HTTPS with our own SSL context, to which requests adds its usual authorities.

    With `ssl_verify` the file would replace them, and files that GitLab keeps in an external object
    store could not be read.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *given: Any, **options: Any) -> None:
        """Create the pool of direct connections."""
        super().init_poolmanager(*given, ssl_context=self._context, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the pool of connections through a proxy."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **options)


def _session(ca_file: str) -> Session:
    session = Session()
    if ca_file:
        session.mount("https://", _Trusting(trust(ca_file)))
    return session


@contextmanager
def refusals(
    action: str, token: Token = REPO_TOKEN, *, unsure: bool = False, absent: str = ""
) -> Iterator[None]:
    """Turn errors of python-gitlab and requests into GitLabRefused with an explanation.

    action: what the calls do, such as "read the notes".  token: the one that the calls send.
    unsure: raise GitLabUnsure where GitLab may have done it, so that GitLabRefused means that it
    did not.  absent: what else a 404 response may mean here.
    """
    try:
        yield
    except (GitlabError, requests.RequestException) as error:
        answer, certain = _answer(error), _certain(error)
        unread = isinstance(error, (GitlabParsingError, requests.exceptions.InvalidJSONError))
        text = not_json(action) if unread else sentence(action, answer, token)
        if unsure and not certain:
            raise GitLabUnsure(text) from error
        if answer.status == 404 and not answer.code and absent:
            text += f"; {absent}"
        raise GitLabRefused(text, status=answer.status, code=answer.code) from error


def _answer(error: GitlabError | requests.RequestException) -> Answer:
    if isinstance(error, GitlabError):
        status = error.response_code or SILENCE
        return read(status, error.response_body or b"", str(error.error_message))
    return Answer(SILENCE, str(_cause(error) or error))


def _cause(error: requests.RequestException) -> object:
    """Return urllib3's message without the address, which the caller adds."""
    cause = error.args[0] if error.args else None
    return getattr(cause, "reason", cause)


def _certain(error: GitlabError | requests.RequestException) -> bool:
    """Return whether GitLab certainly did not perform the call."""
    if isinstance(error, GitlabError):
        status = error.response_code or SILENCE
        return 400 <= status < 500 and status != 408
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    # Only if no connection was established is it certain that nothing was sent.
    return isinstance(_cause(error), NewConnectionError)
