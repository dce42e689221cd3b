"""Who may change which branch and tag, and run pipelines on it."""

from itertools import product
from typing import Any

import pytest

from demo.forge.access import Access
from demo.forge.configuration import ROLES, Token, parse_config
from tests.demo.forge.fixtures import configuration


def access(**settings: Any) -> Access:
    """Return the rights in a project with these settings."""
    return Access(parse_config(configuration(settings=settings)))


def somebody(role: str) -> Token:
    """Return a token of a role."""
    return Token("secret", "project", role, ROLES[role])


@pytest.mark.parametrize(("role", "level"), list(product(ROLES, (0, 30, 40))))
def test_a_level_is_the_least_role(role: str, level: int) -> None:
    """No one is nobody, an Owner included; a role below Developer changes nothing anywhere."""
    rule = {"name": "main", "push": level, "merge": 0}
    may = access(protected_branches=[rule]).may_push(somebody(role), "main")
    assert may is (level > 0 and ROLES[role] >= level)
    tags = access(protected_tags=[{"name": "v*", "create": level}])
    assert tags.may_create_tag(somebody(role), "v1") is may


def test_of_several_rules_the_most_permissive_holds() -> None:
    """As GitLab's documentation says."""
    rules = [{"name": "*", "push": 0}, {"name": "topic/*", "push": 30}]
    found = access(protected_branches=rules)
    assert found.may_push(somebody("developer"), "topic/a")
    assert not found.may_push(somebody("owner"), "other")


def test_who_may_merge_may_run_pipelines_and_not_push() -> None:
    """A Developer who may merge into main may start a pipeline on it."""
    found = access(protected_branches=[{"name": "main", "push": 0, "merge": 30}])
    developer = somebody("developer")
    assert found.may_run(developer, "main", tag=False)
    assert not found.may_push(developer, "main")
    assert not found.may_run(somebody("reporter"), "topic", tag=False)


@pytest.mark.parametrize("least", ["no_one_allowed", "developer", "maintainer", "owner"])
def test_pipeline_variables_need_the_least_role(least: str) -> None:
    """With `no one` not even an Owner gives any."""
    found = access(project={"ci_pipeline_variables_minimum_override_role": least})
    may = {role for role in ROLES if found.may_set_variables(somebody(role))}
    wanted = {role for role in ROLES if least in ROLES and ROLES[role] >= ROLES[least]}
    assert may == wanted
