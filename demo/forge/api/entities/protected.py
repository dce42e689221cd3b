"""The rules that protect branches and tags, as the API shows them.

Source: protected_branch.rb, protected_tag.rb and protected_ref_access.rb in lib/api/entities of
GitLab.
"""

from typing import Any

Json = dict[str, Any]
LEVELS = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers"}


def protected_branch(number: int, rule: Json) -> Json:
    """Return a rule for branches; number: its place, from 1."""
    return {
        "id": number,
        "name": rule["name"],
        "push_access_levels": _levels(number, rule["push"]),
        "merge_access_levels": _levels(number, rule["merge"]),
        "allow_force_push": rule["allow_force_push"],
        "code_owner_approval_required": False,
    }


def protected_tag(number: int, rule: Json) -> Json:
    """Return a rule for tags; number: its place, from 1."""
    return {"name": rule["name"], "create_access_levels": _levels(number, rule["create"])}


def _levels(number: int, level: int) -> list[Json]:
    return [{"id": number, "access_level": level, "access_level_description": LEVELS[level]}]
