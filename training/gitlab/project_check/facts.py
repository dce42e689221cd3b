"""What is known of a project on GitLab: read once, judged by the checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from training.errors import TrainingError

Json = Mapping[str, Any]
Fact = TypeVar("Fact")

# GitLab's numbers; NOBODY is ours, more than any role.
DEVELOPER, MAINTAINER, NOBODY = 30, 40, 100
ROLES = {0: "no member", 10: "Guest", 15: "Planner", 20: "Reporter", 30: "Developer"}
ROLES |= {40: "Maintainer", 50: "Owner", 60: "Administrator", NOBODY: "No one"}
# What the jobs' token needs.
WRITING = frozenset({"api", "write_repository"})
NEEDS_MAINTAINER = "the role Maintainer"


class NotShown(TrainingError):
    """GitLab does not show this to the token; the message is what would be needed."""


@dataclass(frozen=True)
class Withheld:
    """A fact that GitLab does not show to the token, and what would be needed to see it."""

    needs: str


@dataclass(frozen=True)
class Token:
    """An access token: whose it is, its role in the project, its scopes, its last day."""

    user: str
    bot: bool
    role: int
    scopes: frozenset[str]
    expires: date | None


@dataclass(frozen=True)
class Refused:
    """A token that GitLab does not take, and its words."""

    reason: str


@dataclass(frozen=True)
class Facts:
    """A project, as GitLab's API describes it to one token.

    caller: the token that asked.  repo_token: that of the variable REPO_TOKEN; None where it is
    not set.  branch: the default one; None where it is not there.  inherited: the variables of the
    groups around the project.  runners: those online, with their details.
    """

    today: date
    version: str
    project: Json
    caller: Token
    branch: Json | Withheld | None
    lint: Json | Withheld
    variables: Sequence[Json] | Withheld
    inherited: Sequence[Json] | Withheld
    repo_token: Token | Refused | Withheld | None
    triggers: Sequence[Json] | Withheld
    runners: Sequence[Json] | Withheld
    protected_branches: Sequence[Json] | Withheld
    protected_tags: Sequence[Json] | Withheld
    schedules: Sequence[Json] | Withheld

    def setting(self, name: str) -> Any:
        """Return a field of the project.

        Raises NotShown.
        """
        if name not in self.project:
            raise NotShown(NEEDS_MAINTAINER)
        return self.project[name]

    def variable(self, name: str) -> Json | None:
        """Return a variable of the project, or of a group around it, or None.

        Where several have the name, that which every environment sees comes first.
        Raises NotShown where the project's variables are not shown.
        """
        own = shown(self.variables)
        groups = [] if isinstance(self.inherited, Withheld) else self.inherited
        found = [one for one in [*own, *groups] if one["key"] == name]
        return min(found, key=lambda one: bool(one["environment_scope"] != "*"), default=None)

    @property
    def production_token(self) -> bool:
        """Whether main's own jobs have a REPO_TOKEN that no merge request sees."""
        known = [] if isinstance(self.variables, Withheld) else self.variables
        return any(
            one["key"] == "REPO_TOKEN"
            and one["environment_scope"] == "production"
            and one["protected"]
            for one in known
        )

    def value(self, name: str, default: str = "") -> str:
        """Return a variable's value, or the default where it is not set, or hidden.

        Raises NotShown where the project's variables are not shown.
        """
        found = self.variable(name)
        return default if found is None or found["value"] is None else str(found["value"])


def shown(fact: Fact | Withheld) -> Fact:
    """Return a fact.

    Raises NotShown where GitLab withholds it.
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
    """Tell whether a protected branch's or tag's pattern covers a name; `*` is its only wildcard.

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
