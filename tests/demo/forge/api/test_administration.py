"""The project's settings, changed through the API as an administrator's scripts do."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.demo.forge.fixtures import API, DEVELOPER, ForgeServer
from tests.demo.forge.still import still_forge

VARIABLES, BRANCHES = "/projects/1/variables", "/projects/1/protected_branches"


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """An empty project."""
    with still_forge(tmp_path_factory.mktemp("forge"), variables={}) as server:
        yield server


def test_variables_of_one_name_have_environments_of_their_own(forge: ForgeServer) -> None:
    """A second one of the same environment is refused; each is removed by its environment."""
    wish = {"key": "PLACE", "value": "here", "environment_scope": "production"}
    assert forge.call("POST", VARIABLES, json=wish).status_code == 201
    assert forge.call("POST", VARIABLES, json=wish | {"environment_scope": "*"}).is_success
    refused = forge.call("POST", VARIABLES, json=wish)
    assert refused.json() == {"message": {"key": ["(PLACE) has already been taken"]}}
    params = {"filter[environment_scope]": "production"}
    assert forge.call("DELETE", f"{VARIABLES}/PLACE", params=params).status_code == 204
    (left,) = forge.project("GET", "/variables")
    assert left["environment_scope"] == "*"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"value": "short"}, 400),
        ({"value": "with a space"}, 400),
        ({"value": "two\nlines-of-it"}, 400),
        ({"value": "with-a-$-sign"}, 400),
        ({"value": "with-a-$-sign", "raw": True}, 201),
        ({"value": "postgresql://a:b@c/d"}, 201),
    ],
)
def test_only_what_a_log_can_hide_is_masked(
    forge: ForgeServer, more: dict[str, Any], status: int
) -> None:
    """Eight characters, no space; a `$` only where it is not expanded."""
    key = f"V{abs(hash(str(more)))}"
    answer = forge.call("POST", VARIABLES, json={"key": key, "masked": True, **more})
    assert answer.status_code == status, answer.text


def test_a_rule_is_replaced_by_removing_it_first(forge: ForgeServer) -> None:
    """GitLab has protected main already."""
    wish = {"name": "main", "push_access_level": 0, "merge_access_level": 40}
    assert forge.call("POST", BRANCHES, json=wish).status_code == 409
    assert forge.call("DELETE", f"{BRANCHES}/main").status_code == 204
    assert forge.call("DELETE", f"{BRANCHES}/main").status_code == 404
    made = forge.call("POST", BRANCHES, json=wish).json()
    assert made["push_access_levels"][0]["access_level_description"] == "No one"


def test_nobody_gives_a_token_more_than_they_have(forge: ForgeServer) -> None:
    """A Maintainer makes no Owner's token, a Developer none at all."""
    path = "/projects/1/access_tokens"
    wish = {"name": "bot", "scopes": ["api"], "expires_at": "2027-06-01", "access_level": 50}
    assert forge.call("POST", path, API, json=wish).status_code == 400
    assert forge.call("POST", path, DEVELOPER, json=wish).status_code == 403
    made = forge.call("POST", path, API, json=wish | {"access_level": 30}).json()
    own = forge.call("GET", "/personal_access_tokens/self", made["token"]).json()
    assert (own["scopes"], own["expires_at"]) == (["api"], "2027-06-01")
