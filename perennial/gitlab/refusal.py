"""Explain GitLab's refusals and say what to do, for all callers.

Uses only Python 3.8's standard library, which is all that CML's image has.
"""

from __future__ import annotations

import json
from typing import NamedTuple


class Token(NamedTuple):
    """A token: the variable that holds it, the token expected there, the scope that calls need."""

    name: str
    expected: str
    scope: str = "api"


REPO_TOKEN = Token(
    "REPO_TOKEN",
    "a project access token with the scopes api and write_repository and the role Developer, "
    "or Maintainer where models are merged automatically",
)
NO_SCOPE = "insufficient_scope"
# The status that stands for no response.
SILENCE = 0
SERVER_ERROR = "GitLab returned a server error; try again later"
# Maximum characters of a reason; longer ones are pages or dumps.
LIMIT = 300


class Answer(NamedTuple):
    """A response: the HTTP status, GitLab's message, and MLflow's error code if it has one."""

    status: int
    words: str
    code: str = ""


def read(status: int, body: bytes, otherwise: str) -> Answer:
    """Return the status and message of an error's body.

    otherwise: HTTP's reason phrase, for a body without a message.

    >>> read(404, b'{"message": "404 Not Found"}', "Not Found").words
    '404 Not Found'
    >>> read(400, b'{"error_code": "INVALID", "message": "No name"}', "").words
    'INVALID: No name'
    >>> read(400, b'{"message": {"base": ["Too many pipelines"], "ref": ["is gone"]}}', "").words
    'Too many pipelines; ref is gone'
    """
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Answer(status, otherwise)
    words = _in_words(found.get("message") or found.get("error") or "")
    code = str(found.get("error_code") or "")
    if code and code not in words:
        words = f"{code}: {words}" if words else code
    return Answer(status, words or otherwise, code)


def _in_words(message: object) -> str:
    """Return a message as text; GitLab's may be lists by field, of which `base` is none."""
    if isinstance(message, dict):
        parts = ((str(field), _in_words(found)) for field, found in message.items())
        return "; ".join(found if field == "base" else f"{field} {found}" for field, found in parts)
    return ", ".join(map(str, message)) if isinstance(message, list) else str(message)


def no_scope(token: Token = REPO_TOKEN) -> str:
    """Return what to do about a token without the scope that calls need."""
    return f"{token.name} lacks the scope {token.scope}; expected {token.expected}"


def advice(status: int, reason: str = "", token: Token = REPO_TOKEN) -> str:
    """Return what to do about a response; empty if its message is clear enough.

    status: HTTP's, 0 for no response.  reason: GitLab's own message.

    >>> advice(429)
    'too many calls in a minute; try again later'
    """
    name, expected, _ = token
    if reason == NO_SCOPE:
        return no_scope(token)
    if status >= 500:
        return SERVER_ERROR
    return {
        SILENCE: "is the address right, GitLab up, and reachable from here?",
        401: f"{name} is unknown, expired or revoked, or its role too low; expected {expected}",
        403: (
            f"{name} may not do this: its role is too low, or the project archived; "
            f"expected {expected}"
        ),
        404: f"not there, or hidden from {name}; expected {expected}, of this very project",
        413: (
            "larger than this GitLab takes; make the file smaller, or have an administrator "
            "raise the 'Maximum attachment size'"
        ),
        429: "too many calls in a minute; try again later",
    }.get(status, "")


def not_json(action: str) -> str:
    """Return the refusal for a response that is not JSON, as a proxy's or another program's.

    >>> not_json("read notes")
    'read notes: the answer is not JSON, expected the API of GitLab there'
    """
    return f"{action}: the answer is not JSON, expected the API of GitLab there"


def sentence(action: str, answer: Answer, token: Token = REPO_TOKEN) -> str:
    """Return a refusal as one line: the action, the response, what to do.

    >>> sentence("read notes", Answer(502, "Bad Gateway"))
    'read notes: GitLab answered 502: Bad Gateway; GitLab returned a server error; try again later'
    """
    came = f"GitLab answered {answer.status}" if answer.status else "no answer from GitLab"
    words = " ".join(answer.words.split())
    hint = advice(answer.status, words, token)
    if "<html" in words.lower():
        words = "a page of HTML"
    if len(words) > LIMIT:
        words = words[: LIMIT - 1] + "…"
    return f"{action}: {came}: {words}" + (f"; {hint}" if hint else "")
