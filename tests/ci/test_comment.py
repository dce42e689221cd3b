"""ci/comment leaves one report on a merge request, by CML or without it, and says what is wrong.

The real CML takes part where the variable PERENNIAL_CML holds its command.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.forge.limits import MAX_UPLOAD
from demo.workspace import ROOT
from tests.ci.posting import Posting, normalised, program
from tests.demo.forge.fixtures import (
    API,
    DEVELOPER,
    NO_SCOPE,
    READ,
    ForgeServer,
    commit,
    configuration,
    git,
    running_forge,
    seed,
)

pytestmark = pytest.mark.seconds(40)

GUEST = "glpat-guest-0123456789"
REAL = pytest.param(
    "real",
    marks=pytest.mark.skipif(
        "PERENNIAL_CML" not in os.environ,
        reason="set PERENNIAL_CML to the command of a real CML to try it too",
    ),
)
CML = ["stand-in", REAL]
ALL = [*CML, "fallback"]
Open = Callable[[str], Posting]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge whose repository has no pipeline's file, and a token of a guest beside the others."""
    guest = {
        "token": GUEST,
        "kind": "project",
        "name": "guest",
        "role": "guest",
        "scopes": ["api"],
    }
    tokens = [*configuration()["tokens"], guest]
    with running_forge(tmp_path_factory.mktemp("forge"), tokens=tokens) as running:
        seed(running, {"README.md": "Read me.\n"})
        yield running


@pytest.fixture
def opened(server: ForgeServer, tmp_path: Path) -> Open:
    """Return a function that opens a merge request, for one kind of program to post to."""

    def opening(kind: str) -> Posting:
        clone = server.folder / "clone"
        branch = f"{tmp_path.name}-{kind}"
        git(clone, "checkout", "--quiet", "-B", branch, "main")
        commit(clone, {"change.txt": branch})
        git(clone, "push", "--quiet", "origin", branch)
        fields = {"source_branch": branch, "target_branch": "main", "title": branch}
        iid = int(server.project("POST", "/merge_requests", json=fields)["iid"])
        report = tmp_path / f"report-{kind}"
        report.mkdir()
        posting = Posting(server, iid, branch, report, program(kind, tmp_path / f"bin-{kind}"))
        posting.write("first")
        return posting

    return opening


@pytest.mark.parametrize("kind", ALL)
def test_five_pushes_between_sixty_notes_leave_one_report(opened: Open, kind: str) -> None:
    """The first note keeps its place and has the last text; people's notes are as they were."""
    posting = opened(kind)
    for push in range(5):
        posting.push(f"commit {push}")
        posting.write(f"of push {push}")
        done = posting.comment()
        assert done.returncode == 0, done.stderr
        for number in range(12):
            posting.say(f"remark {number} on push {push}")
    notes = posting.notes()
    assert len(notes) == 61
    assert posting.reports() == notes[:1]
    assert "# Report of push 4" in notes[0]["body"]
    assert notes[0]["author"]["username"] == "dev"
    assert "report updated" in done.stdout


@pytest.mark.parametrize("kind", ALL)
def test_a_busy_merge_request_gets_its_first_report(opened: Open, kind: str) -> None:
    """A report that comes late stands last, and is brought up to date there."""
    posting = opened(kind)
    for number in range(130):
        posting.say(f"remark {number}")
    for text in ("one", "two"):
        posting.write(text)
        assert posting.comment().returncode == 0
    notes = posting.notes()
    assert len(notes) == 131 and "# Report two" in notes[130]["body"]


@pytest.mark.parametrize("kind", CML)
def test_cml_and_the_fallback_post_the_same_note(opened: Open, kind: str) -> None:
    """Byte for byte, but for the uploads' addresses and CML's watermark, which nobody sees."""
    by_cml, by_us = opened(kind), opened("fallback")
    for posting in (by_cml, by_us):
        done = posting.comment()
        assert done.returncode == 0, done.stderr
    one, other = by_cml.reports()[0]["body"], by_us.reports()[0]["body"]
    assert "](curves.png)" not in one and one != other
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize("kind", [REAL])
def test_the_example_reports_survive_cml(opened: Open, kind: str) -> None:
    """CML rewrites Markdown that has a second spelling; what training.report writes has none."""
    folders = sorted(file.parent for file in (ROOT / "docs" / "examples").glob("*/report.md"))
    if not folders:
        pytest.skip("no example report is kept yet; run 'make examples'")
    postings = (opened(kind), opened("fallback"))
    for folder in folders:
        bodies = []
        for posting in postings:
            shutil.copytree(folder, posting.report, dirs_exist_ok=True)
            done = posting.comment()
            assert done.returncode == 0, done.stderr
            bodies.append(normalised(posting.reports()[0]["body"]))
        assert bodies[0] == bodies[1]


@pytest.mark.parametrize("kind", ALL)
def test_either_program_goes_on_where_the_other_stopped(opened: Open, kind: str) -> None:
    """A runner that lost CML, or got it, updates the same note."""
    posting, other = opened(kind), opened("stand-in" if kind == "fallback" else "fallback")
    other.iid = posting.iid
    for number, one in enumerate((posting, other, posting)):
        one.write(f"number {number}")
        assert one.comment().returncode == 0
    assert len(posting.notes()) == 1
    assert "# Report number 2" in posting.notes()[0]["body"]


@pytest.mark.parametrize("kind", CML)
def test_tasks_have_a_report_each(opened: Open, kind: str) -> None:
    """Two tasks' reports stand side by side, whatever their names, and each is updated alone."""
    posting = opened(kind)
    for text in ("one", "two"):
        for task in ("my_task", "my-task"):
            posting.write(f"{text} of {task}", task)
            assert posting.comment(task).returncode == 0
    assert len(posting.notes()) == 2
    for task in ("my_task", "my-task"):
        assert f"# Report two of {task}" in posting.reports(task)[0]["body"]


@pytest.mark.parametrize("kind", ALL)
def test_a_copy_by_a_person_stays(opened: Open, kind: str) -> None:
    """Somebody who quotes the report, marks and all, keeps their words."""
    posting = opened(kind)
    posting.comment()
    copy = posting.reports()[0]["body"]
    for number in range(25):
        posting.say(f"remark {number}")
    posting.say(copy)
    posting.write("second")
    assert posting.comment().returncode == 0
    mine, theirs = posting.reports()
    assert theirs["body"] == copy and theirs["author"]["username"] == "ci"
    assert "# Report second" in mine["body"]


@pytest.mark.parametrize("kind", ALL)
def test_a_report_too_many_goes(opened: Open, kind: str) -> None:
    """Where an interrupted job, or CML by itself, left two, the next report leaves one."""
    posting = opened(kind)
    posting.comment()
    body = posting.reports()[0]["body"]
    posting.say(body, DEVELOPER)
    posting.write("third")
    assert posting.comment().returncode == 0
    assert len(posting.notes()) == 1 and "# Report third" in posting.notes()[0]["body"]


@pytest.mark.parametrize("kind", ALL)
def test_what_the_description_holds_is_not_repeated(opened: Open, kind: str) -> None:
    """A retrain's merge request has the report of its bundle as its description."""
    posting = opened(kind)
    fields = {"description": (posting.report / "report.md").read_text()}
    posting.server.project("PUT", f"/merge_requests/{posting.iid}", json=fields)
    done = posting.comment()
    assert "report already in the description" in done.stdout and posting.notes() == []
    posting.write("another")
    posting.comment()
    assert len(posting.reports()) == 1


REFUSALS = {
    "wrong token": ({"REPO_TOKEN": "glpat-wrong"}, ["401", "REPO_TOKEN is unknown, expired"]),
    "read only": ({"REPO_TOKEN": READ}, ["REPO_TOKEN lacks the scope api", "Developer"]),
    "no scope": ({"REPO_TOKEN": NO_SCOPE}, ["REPO_TOKEN lacks the scope api", "Developer"]),
    "low role": ({"REPO_TOKEN": GUEST}, ["403", "its role is too low", "Developer"]),
    "no token": ({"REPO_TOKEN": ""}, ["REPO_TOKEN: not set, expected a project access token"]),
    "unknown project": (
        {"CI_PROJECT_ID": "99", "CI_PROJECT_URL": "http://127.0.0.1:9/no/project"},
        ["404", "Project Not Found", "hidden from REPO_TOKEN", "of this very project"],
    ),
    "unknown merge request": ({"CI_MERGE_REQUEST_IID": "99"}, ["read merge request !99", "404"]),
    "no merge request": ({"CI_MERGE_REQUEST_IID": ""}, ["CI_MERGE_REQUEST_IID: not set"]),
}


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_to_do(opened: Open, kind: str, case: str) -> None:
    """Token, scope, role and project: one line that names the cure, never the token, and code 2."""
    posting = opened(kind)
    variables, words = REFUSALS[case]
    done = posting.comment(**variables)
    assert done.returncode == 2, done.stderr
    last = done.stderr.splitlines()[-1]
    assert all(word in last for word in words), last
    assert not any(secret in done.stderr for secret in (READ, GUEST, NO_SCOPE, "glpat-wrong"))
    assert posting.notes() == []


@pytest.mark.parametrize("kind", ALL)
def test_a_note_over_the_limit_is_refused(opened: Open, kind: str) -> None:
    """Before anything is uploaded, with its length, the limit and what to do."""
    posting = opened(kind)
    uploads = len(posting.server.forge.state.uploads)
    posting.write("x" * 500_000)  # which the report holds twice
    done = posting.comment()
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 2
    assert "bytes, expected at most 1000000; remove something" in last
    assert posting.notes() == [] and len(posting.server.forge.state.uploads) == uploads


@pytest.mark.parametrize("kind", ALL)
def test_an_upload_that_is_refused_is_named(opened: Open, kind: str) -> None:
    """The file, its size and what to do about it; no note is written."""
    posting = opened(kind)
    with (posting.report / "curves.png").open("wb") as image:
        image.truncate(MAX_UPLOAD + 1)
    done = posting.comment()
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 2
    assert "413: Request Entity Too Large" in last and "make the file smaller" in last
    assert "curves.png of 104,857,601 bytes" in last
    assert posting.notes() == []


@pytest.mark.parametrize("kind", CML)
def test_a_server_that_is_down_is_named(opened: Open, kind: str) -> None:
    """The address and what to look at; the fallback would try again for two minutes."""
    done = opened(kind).comment(CI_API_V4_URL="http://127.0.0.1:9/api/v4")
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 2
    assert "at http://127.0.0.1:9/api/v4: no answer from GitLab: " in last
    assert "is the address right, GitLab up, and reachable from here?" in last


@pytest.mark.parametrize("kind", CML)
def test_what_cml_alone_meets_is_translated(opened: Open, kind: str) -> None:
    """CML works with the project's web address: where that is wrong, its one word is explained."""
    posting = opened(kind)
    done = posting.comment(CI_PROJECT_URL=f"{posting.server.url}/no/project")
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 2
    assert "post the report through CML: GitLab answered 404: Not Found" in last
    assert API not in done.stderr and posting.notes() == []
