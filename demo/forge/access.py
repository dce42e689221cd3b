"""Who may change which branch and tag, by role.

Source: lib/gitlab/user_access.rb and app/models/concerns/protected_ref.rb of GitLab.
"""

from demo.forge.configuration import ROLES, Config, Token
from demo.forge.wildcard import matches

DEVELOPER = ROLES["developer"]


class Access:
    """The rules of protected branches and tags; of several that match, the most permissive holds.

    Everything else is for Developers.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    def protects_branch(self, name: str) -> bool:
        """Tell whether a rule covers a branch."""
        return bool(self._branch_levels("push", name))

    def protects_tag(self, name: str) -> bool:
        """Tell whether a rule covers a tag."""
        return bool(self._tag_levels(name))

    def may_push(self, token: Token, branch: str) -> bool:
        """Tell whether a token may push to a branch, or create it by a push."""
        return _allowed(token.role, self._branch_levels("push", branch))

    def may_merge(self, token: Token, branch: str) -> bool:
        """Tell whether a rule lets a token merge into a branch."""
        return _allowed(token.role, self._branch_levels("merge", branch))

    def developers_may(self, kind: str, branch: str) -> bool:
        """Tell whether a rule names Developers; kind: "push" or "merge"."""
        return DEVELOPER in self._branch_levels(kind, branch)

    def may_update(self, token: Token, branch: str) -> bool:
        """Tell whether a token may merge into a branch and run pipelines on it."""
        return self.may_push(token, branch) or self.may_merge(token, branch)

    def may_force_push(self, branch: str) -> bool:
        """Tell whether a push may take commits away from a branch."""
        rules = self._config.settings.branches(self._config.default_branch)
        found = [rule["allow_force_push"] for rule in rules if matches(rule["name"], branch)]
        return not found or any(found)

    def may_create_tag(self, token: Token, tag: str) -> bool:
        """Tell whether a token may create a tag, and run pipelines on it."""
        return _allowed(token.role, self._tag_levels(tag))

    def may_run(self, token: Token, ref: str, *, tag: bool) -> bool:
        """Tell whether a token may run a pipeline on a branch or tag."""
        return self.may_create_tag(token, ref) if tag else self.may_update(token, ref)

    def may_set_variables(self, token: Token) -> bool:
        """Tell whether a token may give variables to a pipeline that it starts.

        Source: app/models/project_ci_cd_setting.rb of GitLab.
        """
        least = self._config.settings.get("ci_pipeline_variables_minimum_override_role")
        return least != "no_one_allowed" and token.role >= ROLES[least]

    def _branch_levels(self, kind: str, branch: str) -> list[int]:
        rules = self._config.settings.branches(self._config.default_branch)
        return [rule[kind] for rule in rules if matches(rule["name"], branch)]

    def _tag_levels(self, tag: str) -> list[int]:
        rules = self._config.settings.protected_tags
        return [rule["create"] for rule in rules if matches(rule["name"], tag)]


def _allowed(role: int, levels: list[int]) -> bool:
    """Tell whether a role reaches one of the rules' levels; 0 is no one's."""
    if role < DEVELOPER:
        return False
    return not levels or any(level and role >= level for level in levels)
