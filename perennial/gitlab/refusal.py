"""What GitLab's refusals mean, in words that say what to do.

Nothing but Python 3.8's standard library: CML's image has no more.
"""

from __future__ import annotations

TOKEN = "REPO_TOKEN"
TOKEN_IS = (
    "a project access token with the scopes api and write_repository and the role Developer, "
    "or Maintainer where models merge by themselves"
)
NO_SCOPE = "insufficient_scope"
# A status that stands for: no answer at all.
SILENCE = 0
ADVICE = {
    SILENCE: "is the address right, GitLab up, and reachable from this runner?",
    401: f"{TOKEN} is unknown, expired or revoked, or its role too low; expected {TOKEN_IS}",
    403: (
        f"{TOKEN} may not do this: its role is too low, or the project archived; "
        f"expected {TOKEN_IS}"
    ),
    404: f"not there, or hidden from {TOKEN}; expected {TOKEN_IS}, of this very project",
    413: (
        "larger than this GitLab takes; make the file smaller, or have an administrator raise "
        "the 'Maximum attachment size'"
    ),
    429: "too many calls in a minute; run the job again later",
}
UNWELL = "GitLab is unwell; run the job again later"


def no_scope(wanted: str = "api") -> str:
    """Return what to do about a token without a scope."""
    return f"{TOKEN} lacks the scope {wanted}; expected {TOKEN_IS}"


def advice(status: int, reason: str = "") -> str:
    """Return what to do about an answer; empty where that says it all.

    status: HTTP's, 0 for no answer.  reason: GitLab's own word for it.

    >>> advice(429)
    'too many calls in a minute; run the job again later'
    """
    if reason == NO_SCOPE:
        return no_scope()
    return UNWELL if status >= 500 else ADVICE.get(status, "")


def sentence(action: str, status: int, reason: object) -> str:
    """Return a refusal as one line: what was asked, what came back, what to do.

    reason: as GitLab sent it; a page of HTML comes from what stands before it.

    >>> sentence("read notes", 502, "Bad Gateway")
    'read notes: GitLab answered 502: Bad Gateway; GitLab is unwell; run the job again later'
    """
    answer = f"GitLab answered {status}" if status else "no answer from GitLab"
    text = " ".join(str(reason).split())
    if "<html" in text.lower():
        text = "a page of HTML"
    hint = advice(status, text)
    return f"{action}: {answer}: {text}" + (f"; {hint}" if hint else "")
