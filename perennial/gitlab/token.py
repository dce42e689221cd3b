"""Check that a token can be sent: in a file or variable it may have gained characters.

Uses only Python 3.8's standard library, which is all that CML's image has.
"""

from __future__ import annotations

from perennial.gitlab.errors import GitLabError

SENDABLE = "printable ASCII characters without spaces, line breaks or a byte order mark"


class WrongToken(GitLabError):
    """A token has characters that no HTTP header can hold; the message does not show it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: got a hidden value, expected {SENDABLE}")


def is_sendable(token: str) -> bool:
    r"""Return whether an HTTP header can hold a token.

    >>> is_sendable("glpat-abc"), is_sendable("\ufeffglpat-abc"), is_sendable("glpat-abc\n")
    (True, False, False)
    """
    return all("!" <= character <= "~" for character in token)


def sendable(name: str, token: str) -> str:
    """Return a token. Raises WrongToken with the name of its variable."""
    if not is_sendable(token):
        raise WrongToken(name)
    return token
