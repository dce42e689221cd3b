"""The command: what it prints, with which exit code, and for whom it cannot tell."""

import pytest

from demo.processes import free_port
from tests.demo.forge.fixtures import API, PROJECT
from tests.training.gitlab.project_check.given import (
    NARROW,
    READER,
    Administrator,
    check,
    facts,
    findings,
)
from training.errors import BadParameter
from training.gitlab.project_check.__main__ import main
from training.gitlab.project_check.checks import CHECKS, check_project


def test_a_complete_project_lacks_nothing(administrator: Administrator) -> None:
    """Every check is content, and none is left out."""
    found = check_project(facts(administrator))
    assert [result.answer.status for result in found] == ["ok"] * len(CHECKS), found


def test_a_complete_project_exits_with_0(administrator: Administrator) -> None:
    """The table ends with the counts, and shows no variable's value."""
    said = check(administrator.url)
    assert said.code == 0
    lines = said.text.splitlines()
    assert lines[0].endswith("as seen by boss (Owner)")
    assert ", 0 missing, 0 warning, " in lines[-1]
    assert "pass@db" not in said.text
    assert not any(value in said.text for value in administrator.known.values())


def test_a_reporter_learns_what_the_rest_would_need(administrator: Administrator) -> None:
    """What GitLab withholds is told with the role that shows it, and does not fail the command."""
    code, found = findings(administrator.url, value=READER)
    assert code == 0
    hidden = {name for name, row in found.items() if row["status"] == "cannot tell"}
    assert hidden >= {"secrets", "trigger token", "runner that trains", "timeout", "tags", "caches"}
    assert found["timeout"]["todo"] == "to find out, run this with the role Maintainer"
    assert found["merging"]["status"] == found["pipeline file"]["status"] == "ok"


def test_a_maintainer_cannot_vouch_for_variables_of_the_groups(
    administrator: Administrator,
) -> None:
    """Only their Owner sees them; all else a Maintainer sees."""
    code, found = findings(administrator.url, value=API)
    assert code == 0
    hidden = {name for name, row in found.items() if row["status"] == "cannot tell"}
    assert hidden == {check.name for check in CHECKS if check.of_groups} != set()
    assert found["protected variables"]["found"].endswith("project's groups, which are hidden")
    assert found["secrets"]["todo"] == "to find out, run this with the role Owner in the group"


def test_the_jobs_own_token_checks_itself(administrator: Administrator) -> None:
    """Run with REPO_TOKEN, a Developer's, its scopes and role are known though no variable is."""
    code, found = findings(administrator.url, value=administrator.known["DEVELOPERS_TOKEN"])
    assert code == 0
    assert found["REPO_TOKEN of merge requests"]["status"] == "ok"
    assert found["REPO_TOKEN, the variable"]["status"] == "cannot tell"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"value": "glpat-wrong"},
            "answered 401: 401 Unauthorized; GITLAB_TOKEN is unknown, expired or revoked",
        ),
        ({"value": NARROW}, "GITLAB_TOKEN lacks the scope read_api; expected an access token"),
        ({"value": ""}, "GITLAB_TOKEN: not set, expected an access token with the scope read_api"),
        ({"value": "glpat-x\n"}, "GITLAB_TOKEN: got a hidden value, expected printable ASCII"),
        ({"project": "no/such"}, "read the project no/such: GitLab answered 404"),
    ],
)
def test_what_cannot_be_looked_at_exits_with_2(
    administrator: Administrator,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    problem: str,
) -> None:
    """The message says which of token and path to mend, and never shows the token."""
    assert check(administrator.url, **change).code == 2
    said = capsys.readouterr().err
    assert problem in said
    assert "glpat" not in said


def test_no_answer_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens, or the address is none."""
    for url in (f"http://127.0.0.1:{free_port()}", "gitlab.example.com"):
        assert check(url).code == 2
        assert f"read {url}: no answer from GitLab" in capsys.readouterr().err


def test_another_server_is_not_taken_for_gitlab(
    administrator: Administrator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project's own page answers, but is no GitLab's address; /api/v4 may be left on."""
    assert check(f"{administrator.url}/{PROJECT}").code == 2
    assert "expected the address of a GitLab" in capsys.readouterr().err
    assert check(f"{administrator.url}/api/v4/").code == 0


@pytest.mark.parametrize("missing", ["--url", "--project"])
def test_an_empty_address_is_refused_before_the_token_is_sent(missing: str) -> None:
    """An empty address would mean gitlab.com to python-gitlab."""
    given = {"--url": "http://127.0.0.1:1", "--project": "group/project", missing: ""}
    options = [part for pair in given.items() for part in pair]
    with pytest.raises(BadParameter, match=f"^{missing}: got '', expected"):
        main(options, environment={"GITLAB_TOKEN": "secret"})
