"""Read the fields of GitLab's responses, and refuse one that is not of GitLab's API.

Uses only Python 3.8's standard library, which is all that CML's image has.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

from perennial.gitlab.errors import GitLabRefused, GitLabUnsure
from perennial.gitlab.refusal import LIMIT

NOT_GITLAB = "the response is not one of GitLab's API"


@contextmanager
def reading(problem: str, *, unsure: bool = False) -> Iterator[None]:
    """Turn missing fields of a response into GitLabRefused or GitLabUnsure with the problem."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        kind = GitLabUnsure if unsure else GitLabRefused
        raise kind(f"{problem}: {type(error).__name__}: {error}"[:LIMIT]) from error
