"""What git refuses to whom: protected branches and tags, in GitLab's words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.forge.configuration import parse_config
from tests.demo.forge.fixtures import (
    API,
    DEVELOPER,
    READ,
    ForgeServer,
    commit,
    configuration,
    git,
    seed,
)
from tests.demo.forge.still import still_forge

SETTINGS: dict[str, Any] = {
    "protected_branches": [
        {"name": "main", "push": 0, "merge": 40},
        {"name": "release/*", "push": 40, "merge": 30},
    ],
    "protected_tags": [{"name": "v*", "create": 40}],
}
OPEN: dict[str, Any] = {"protected_branches": [], "protected_tags": []}
PUSH = "not allowed to push code to protected branches"
FORCE = "not allowed to force push code to a protected branch"


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge with main, release/1 and v1; what tests create comes on top."""
    with still_forge(tmp_path_factory.mktemp("forge"), settings=OPEN) as server:
        clone = seed(server, {"README.md": "Read me.\n"})
        git(clone, "push", "--quiet", "origin", "main:release/1", "main:refs/tags/v1")
        yield server


@pytest.fixture
def clone(forge: ForgeServer) -> Path:
    """A working copy with a commit that the forge does not have."""
    folder = forge.folder / "clone"
    git(folder, "fetch", "--quiet", "--all")
    git(folder, "reset", "--quiet", "--hard", "origin/main")
    commit(folder, {"new.txt": "new\n"})
    return folder


def _push(forge: ForgeServer, clone: Path, token: str, spec: str, settings: Any) -> str:
    """Push as somebody; return the refusal, or nothing."""
    forge.forge.reconfigure(parse_config(configuration(settings=settings)))
    done = git(clone, "push", forge.remote(token), spec, check=False)
    return "" if done.returncode == 0 else done.stderr


REFUSED = [
    (API, "HEAD:main", PUSH),
    (DEVELOPER, "HEAD:main", PUSH),
    (API, ":main", "The default branch of a project cannot be deleted"),
    (DEVELOPER, "HEAD:release/1", PUSH),
    (DEVELOPER, "HEAD:release/2", "only create protected branches using the web interface"),
    (API, ":release/1", "only delete protected branches using the web interface"),
    (DEVELOPER, ":release/1", "not allowed to delete protected branches"),
    (DEVELOPER, "HEAD:refs/tags/v2", "not allowed to create this tag as it is protected"),
    (API, "+HEAD:refs/tags/v1", "Protected tags cannot be updated"),
    (DEVELOPER, ":refs/tags/v1", "not allowed to delete protected tags"),
    (API, ":refs/tags/v1", "only delete protected tags using the web interface"),
    (READ, "HEAD:topic", "403"),
    (API, "HEAD:refs/merge-requests/1/head", "deny updating a hidden ref"),
]


@pytest.mark.parametrize(("token", "spec", "reason"), REFUSED)
def test_a_push_that_the_rules_forbid_is_refused(
    forge: ForgeServer, clone: Path, token: str, spec: str, reason: str
) -> None:
    """With the reason; the refs of the forge are as before."""
    before = forge.forge.repository.git("for-each-ref")
    assert reason in _push(forge, clone, token, spec, SETTINGS)
    assert forge.forge.repository.git("for-each-ref") == before


@pytest.mark.parametrize(
    ("token", "spec"),
    [(API, "HEAD:release/1"), (API, "HEAD:release/3"), (API, "HEAD:refs/tags/v3")],
)
def test_whom_a_rule_names_may_push(forge: ForgeServer, clone: Path, token: str, spec: str) -> None:
    """To a protected branch, to a new one, and a new tag."""
    assert _push(forge, clone, token, spec, SETTINGS) == ""


def test_commits_are_taken_from_a_protected_branch_only_where_its_rule_allows_it(
    forge: ForgeServer, clone: Path
) -> None:
    """One rule of several is enough."""
    assert _push(forge, clone, API, "HEAD:release/4", SETTINGS) == ""
    git(clone, "commit", "--quiet", "--amend", "--message", "Another")
    assert FORCE in _push(forge, clone, API, "+HEAD:release/4", SETTINGS)
    rule = {"name": "release/4", "push": 40, "allow_force_push": True}
    more = {**SETTINGS, "protected_branches": [*SETTINGS["protected_branches"], rule]}
    assert _push(forge, clone, API, "+HEAD:release/4", more) == ""


def test_without_rules_a_developer_moves_everything(forge: ForgeServer, clone: Path) -> None:
    """Every one of the pushes that are refused above would pass, main's own deletion apart."""
    assert _push(forge, clone, DEVELOPER, "HEAD:main", OPEN) == ""
    git(clone, "commit", "--quiet", "--amend", "--message", "Another")
    assert _push(forge, clone, DEVELOPER, "+HEAD:main", OPEN) == ""
    assert _push(forge, clone, DEVELOPER, "+HEAD:refs/tags/v1", OPEN) == ""
    assert _push(forge, clone, DEVELOPER, ":refs/tags/v1", OPEN) == ""
    git(clone, "push", "--quiet", forge.remote(), "HEAD:refs/tags/v1")
