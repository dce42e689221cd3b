"""What GitLab's refusals mean, in words that say what to do: the one place for all callers.

Nothing but Python 3.8's standard library: CML's image has no more.
"""

from __future__ import annotations

import json
from typing import NamedTuple


class Token(NamedTuple):
    """A token: the variable that holds it, what is expected of it, the scope that calls need."""

    name: str
    expected: str
    scope: str = "api"


REPO_TOKEN = Token(
    "REPO_TOKEN",
    "a project access token with the scopes api and write_repository and the role Developer, "
    "or Maintainer where models merge by themselves",
)
NO_SCOPE = "insufficient_scope"
# A status that stands for: no answer at all.
SILENCE = 0
SERVER_ERROR = "GitLab returned a server error; try again later"
# Characters of a reason; what is longer is a page or a dump.
LIMIT = 300


class Answer(NamedTuple):
    """What came back: HTTP's status, GitLab's own words, and MLflow's code where it has one."""

    status: int
    words: str
    code: str = ""


def read(status: int, body: bytes, otherwise: str) -> Answer:
    """Return what an error's body says.

    otherwise: HTTP's own reason, for a body without words.

    >>> read(404, b'{"message": "404 Not Found"}', "Not Found").words
    '404 Not Found'
    >>> read(400, b'{"error_code": "INVALID", "message": "No name"}', "").words
    'INVALID: No name'
    """
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Answer(status, otherwise)
    words = str(found.get("message") or found.get("error") or "")
    code = str(found.get("error_code") or "")
    if code and code not in words:
        words = f"{code}: {words}" if words else code
    return Answer(status, words or otherwise, code)


def no_scope(token: Token = REPO_TOKEN) -> str:
    """Return what to do about a token without the scope that calls need."""
    return f"{token.name} lacks the scope {token.scope}; expected {token.expected}"


def advice(status: int, reason: str = "", token: Token = REPO_TOKEN) -> str:
    """Return what to do about an answer; empty where that says it all.

    status: HTTP's, 0 for no answer.  reason: GitLab's own word for it.

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


def sentence(action: str, answer: Answer, token: Token = REPO_TOKEN) -> str:
    """Return a refusal as one line: what was asked, what came back, what to do.

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
