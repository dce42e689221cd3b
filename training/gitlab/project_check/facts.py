"""The facts about a project on GitLab: read once, used by all checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from training.errors import TrainingError

Json = Mapping[str, Any]
Fact = TypeVar("Fact")

# GitLab's access levels; NAMED and NOBODY are our own, above every role.
DEVELOPER, MAINTAINER, NAMED, NOBODY = 30, 40, 90, 100
ROLES = {0: "not a member", 10: "Guest", 15: "Planner", 20: "Reporter", 30: "Developer"}
ROLES |= {
    40: "Maintainer",
    50: "Owner",
    60: "Administrator",
    NAMED: "named users or groups",
    NOBODY: "No one",
}
# The scopes that the jobs' token needs.
WRITING = frozenset({"api", "write_repository"})
NEEDS_MAINTAINER = "the role Maintainer"


class NotShown(TrainingError):
    """GitLab does not show a fact to the token; the message is what would be needed."""


@dataclass(frozen=True)
class Withheld:
    """A fact that GitLab does not show to the token, and what would be needed to see it."""

    needs: str


@dataclass(frozen=True)
class Token:
    """An access token: its user, its role in the project, its scopes, its expiry date."""

    user: str
    bot: bool
    role: int
    scopes: frozenset[str]
    expires: date | None


@dataclass(frozen=True)
class Refused:
    """A token that GitLab rejects, with GitLab's reason."""

    reason: str


@dataclass(frozen=True)
class Facts:
    """A project, as GitLab's API describes it to one token.

    caller: the token that reads.  tokens: the rights of the values of REPO_TOKEN, by environment
    scope; None where there is none.  branch: the default branch; None if it does not exist.
    inherited: the variables of the project's groups.  runners: the runners online, with their
    details.  members: everybody with a role in the project.  job_tokens: whose jobs may use it.
    approvals: which merge requests need, None where the tier has none.
    """

    today: date
    version: str
    project: Json
    caller: Token
    branch: Json | Withheld | None
    lint: Json | Withheld
    variables: Sequence[Json] | Withheld
    inherited: Sequence[Json] | Withheld
    tokens: Mapping[str, "Token | Refused | Withheld | None"]
    triggers: Sequence[Json] | Withheld
    runners: Sequence[Json] | Withheld
    protected_branches: Sequence[Json] | Withheld
    protected_tags: Sequence[Json] | Withheld
    schedules: Sequence[Json] | Withheld
    members: Sequence[Json] | Withheld
    job_tokens: Json | Withheld
    approvals: Json | Withheld | None

    def setting(self, name: str) -> Any:
        """Return a field of the project.

        Raises NotShown.
        """
        if name not in self.project:
            raise NotShown(NEEDS_MAINTAINER)
        return self.project[name]

    def variable(self, name: str) -> Json | None:
        """Return a variable of the project, or of one of its groups, or None.

        If several have the name, the one for every environment is preferred.
        Raises NotShown if the project's variables are not shown.
        """
        found = [one for one in self.known_variables() if one["key"] == name]
        return min(found, key=lambda one: bool(one["environment_scope"] != "*"), default=None)

    def known_variables(self) -> list[Json]:
        """Return the variables of the project and of its groups, as far as they are shown.

        Raises NotShown if the project's variables are not shown.
        """
        groups = [] if isinstance(self.inherited, Withheld) else self.inherited
        return [*shown(self.variables), *groups]

    def value(self, name: str, default: str = "") -> str:
        """Return a variable's value, or the default if it is not set or hidden.

        Raises NotShown if the project's variables are not shown.
        """
        found = self.variable(name)
        return default if found is None or found["value"] is None else str(found["value"])


def shown(fact: Fact | Withheld) -> Fact:
    """Return a fact.

    Raises NotShown if GitLab withholds it.
    """
    if isinstance(fact, Withheld):
        raise NotShown(fact.needs)
    return fact


def role_name(level: int) -> str:
    """Return a role as GitLab's pages call it.

    >>> role_name(40), role_name(41)
    ('Maintainer', 'level 41')
    """
    return ROLES.get(level, f"level {level}")


def matches(pattern: str, name: str) -> bool:
    """Return whether a pattern of protected branches or tags covers a name; `*` is a wildcard.

    >>> matches("digits@v*", "digits@v1.0.0"), matches("release/*", "main"), matches("[a]", "a")
    (True, False, False)
    """
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    if len(name) < len(pattern) - len(rest) or not name.startswith(first):
        return False
    if not name.endswith(rest[-1]):
        return False
    middle = name[len(first) : len(name) - len(rest[-1])]
    for part in rest[:-1]:
        _, found, middle = middle.partition(part)
        if part and not found:
            return False
    return True
