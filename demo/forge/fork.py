"""A fork of the project: a repository of a user's own, from which merge requests come."""

from collections.abc import Callable, Sequence
from pathlib import Path

from demo.forge.configuration import ROLES, Token
from demo.forge.git.push import PushRules, RefChange
from demo.forge.git.repository import Repository

Find = Callable[[str], Token | None]


class Fork:
    """A fork in its owner's namespace; nothing runs in it, for it has no runners.

    find: finds an access token by its value.
    """

    def __init__(self, path: str, number: int, repository: Repository, find: Find) -> None:
        self.path = path
        self.number = number
        self.repository = repository
        self._find = find
        self._receptions = repository.path.parent / "receptions"

    def owned_by(self, token: Token) -> bool:
        """Tell whether the fork is a token's user's."""
        return token.name == self.path.partition("/")[0]

    def clone_token(self, value: str) -> Token | None:
        """Find the owner's token for git; nobody else gets in."""
        token = self._find(value)
        if token is None or not self.owned_by(token):
            return None
        return Token(value, "project", token.name, ROLES["owner"], token.scopes)

    def barred(self, token: Token) -> str | None:
        """Keep nobody out who has a token for git."""
        return None

    def push_rules(self, token: Token, refs: Sequence[RefChange]) -> PushRules:
        """Refuse nothing to the owner."""
        return PushRules({}, [])

    def new_reception(self) -> Path:
        """Return a new folder for what a push's hook reports."""
        folder = self._receptions / str(len(list(self._receptions.glob("*"))))
        folder.mkdir(parents=True)
        return folder

    def received(self, reception: Path, by: Token) -> None:
        """Start nothing: an open merge request stays at the commit it was opened with."""
