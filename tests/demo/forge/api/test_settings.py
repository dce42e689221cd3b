"""The forge's settings: who sees which, and what its configuration refuses."""

from collections.abc import Iterator
from typing import Any

import pytest

from demo.forge.configuration import parse_config
from demo.forge.errors import ConfigError
from tests.demo.forge.fixtures import API, DEVELOPER, READ, ForgeServer, configuration

SETTINGS: dict[str, Any] = {
    "project": {"build_timeout": 7200},
    "runners": [
        {"description": "ours", "tag_list": ["gpu"], "run_untagged": False},
        {"description": "everybody's", "runner_type": "instance_type", "paused": True},
    ],
    "protected_branches": [{"name": "main"}, {"name": "release/*", "push": 30}],
    "protected_tags": [{"name": "v*"}],
}
VARIABLES = {"A": "1", "B": {"value": "hidden away", "masked": True, "hidden": True}}


@pytest.fixture
def chosen(server: ForgeServer) -> Iterator[ForgeServer]:
    """The forge while its project has settings of its own."""
    server.forge.reconfigure(parse_config(configuration(settings=SETTINGS, variables=VARIABLES)))
    yield server
    server.forge.reconfigure(parse_config(configuration()))


@pytest.mark.parametrize(
    "path", ["variables", "triggers", "runners", "protected_branches", "protected_tags"]
)
def test_only_maintainers_list_what_the_settings_pages_list(server: ForgeServer, path: str) -> None:
    """A Developer is forbidden what GitLab forbids him."""
    assert server.call("GET", f"/projects/1/{path}").is_success
    refused = server.call("GET", f"/projects/1/{path}", DEVELOPER)
    assert (refused.status_code, refused.json()) == (403, {"message": "403 Forbidden"})


def test_a_project_shows_its_pipeline_settings_to_maintainers(chosen: ForgeServer) -> None:
    """Everybody sees how merge requests merge, and their own role."""
    boss, reader = (chosen.project("GET", "", token) for token in (API, DEVELOPER))
    assert boss["build_timeout"] == 7200
    assert "build_timeout" not in reader
    assert reader["only_allow_merge_if_pipeline_succeeds"] is False
    assert boss["permissions"]["project_access"]["access_level"] == 40


def test_variables_are_listed_with_their_flags(chosen: ForgeServer) -> None:
    """The value of a hidden one is not."""
    first, second = chosen.project("GET", "/variables")
    assert (first["key"], first["value"], first["environment_scope"]) == ("A", "1", "*")
    assert (second["value"], second["hidden"], second["masked"]) == (None, True, True)


def test_runners_are_found_by_their_tags(chosen: ForgeServer) -> None:
    """The list has no tags; the details do."""
    (found,) = chosen.project("GET", "/runners", params={"tag_list": "gpu", "status": "online"})
    assert "tag_list" not in found
    assert chosen.call("GET", f"/runners/{found['id']}").json()["tag_list"] == ["gpu"]
    assert [one["paused"] for one in chosen.project("GET", "/runners")] == [False, True]


def test_a_runner_of_the_instance_is_no_secret(chosen: ForgeServer) -> None:
    """One of a project is shown to its Maintainers only."""
    answers = [
        chosen.call("GET", f"/runners/{number}", DEVELOPER).status_code for number in (1, 2, 3)
    ]
    assert answers == [403, 200, 404]


def test_protected_patterns_cover_branches(chosen: ForgeServer) -> None:
    """A rule tells who may push, a branch whether a rule covers it."""
    rules = chosen.project("GET", "/protected_branches")
    assert [rule["push_access_levels"][0]["access_level"] for rule in rules] == [40, 30]
    assert chosen.project("GET", "/repository/branches/main")["protected"] is True
    (tag,) = chosen.project("GET", "/protected_tags")
    assert tag["create_access_levels"][0]["access_level_description"] == "Maintainers"


def test_a_token_learns_about_itself(server: ForgeServer) -> None:
    """Its scopes, and when it expires."""
    found = server.call("GET", "/personal_access_tokens/self", DEVELOPER).json()
    assert found["scopes"] == ["api", "write_repository"]
    assert found["expires_at"] is None


def test_a_groups_variables_are_for_its_owners(server: ForgeServer) -> None:
    """A Maintainer of the project is none."""
    assert server.call("GET", "/groups/perennial/variables").status_code == 403


def test_ci_lint_checks_the_default_branch(server: ForgeServer) -> None:
    """A Reporter may ask; the answer has GitLab's fields."""
    found = server.project("GET", "/ci/lint", READ)
    assert (found["valid"], found["errors"], found["warnings"]) == (True, [], [])


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"colour": "red"}, "settings: 'colour' is not a known field"),
        ({"project": {"colour": "red"}}, "settings.project: 'colour' is not a known field"),
        ({"runners": {}}, "settings.runners: {} is not a list"),
        ({"runners": [{"tags": []}]}, r"settings.runners\[0\]: 'tags' is not a known field"),
        ({"protected_tags": ["v*"]}, r"settings.protected_tags\[0\]: 'v\*' is not an object"),
    ],
)
def test_an_unknown_setting_is_refused(settings: dict[str, Any], problem: str) -> None:
    """The message names the field and what is known."""
    with pytest.raises(ConfigError, match=problem):
        parse_config(configuration(settings=settings))
