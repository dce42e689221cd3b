"""The report's note: exactly one per merge request and task, through the real client."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from perennial.gitlab.errors import GitLabRefused, MissingVariable, WrongVariable
from tests.training.gitlab_server import GitLab, serving
from training.command_line import run
from training.errors import MissingArtifact, ReportRefused
from training.gitlab import publish
from training.gitlab.note import bundle_marker, marker
from training.gitlab.project import project_of
from training.gitlab.publish import with_images


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    """Return a small GitLab."""
    with serving() as running:
        yield running


def write(folder: Path, text: str, task: str = "digits") -> None:
    """Write a report as training.report does: its marker first."""
    (folder / "report.md").write_text(f"{marker(task)}\n\n{text}")


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Return a report with two images, one shown twice, and a link to elsewhere."""
    (tmp_path / "curves.png").write_bytes(b"curves")
    (tmp_path / "confusion.png").write_bytes(b"confusion")
    write(
        tmp_path,
        "# Report\n![curves](curves.png)\n![matrix](confusion.png) ![again](curves.png)\n"
        "![logo](https://example.org/logo.png) ![up](../secret.png)\n",
    )
    (tmp_path.parent / "secret.png").write_bytes(b"secret")
    return tmp_path


def publish_on(gitlab: GitLab, report: Path, **more: str) -> None:
    """Run the command line."""
    arguments = ["--task=digits", f"--report={report}"]
    publish.main(arguments, environment=gitlab.environment(**more))


def test_the_report_becomes_one_note_with_its_images(gitlab: GitLab, report: Path) -> None:
    """Images are uploaded once each and linked; other addresses stay, nothing else is read."""
    publish_on(gitlab, report)
    assert len(gitlab.notes) == 1 and len(gitlab.uploads) == 2
    body = gitlab.notes[0]["body"]
    assert body.startswith(marker("digits"))
    assert "![curves](/uploads/1/curves.png)" in body
    assert "![matrix](/uploads/2/confusion.png) ![again](/uploads/1/curves.png)" in body
    assert "(https://example.org/logo.png) ![up](../secret.png)" in body
    assert not any(b"secret" in upload for upload in gitlab.uploads)


def test_a_second_report_replaces_the_first(
    gitlab: GitLab, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The note is updated in place and keeps its number."""
    publish_on(gitlab, report)
    write(report, "second")
    publish_on(gitlab, report)
    assert [note["body"] for note in gitlab.notes] == [f"{marker('digits')}\n\nsecond"]
    assert capsys.readouterr().out.splitlines()[-1] == "merge request !3: report updated"


def test_a_report_that_the_description_holds_is_not_repeated(
    gitlab: GitLab, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A retrain's description is the report of its bundle; another bundle's report is a note."""
    gitlab.description = f"# Report\n{bundle_marker('a1')}"
    write(report, f"# Report\n{bundle_marker('a1')}")
    publish_on(gitlab, report)
    assert gitlab.notes == []
    assert "report already in the description" in capsys.readouterr().out
    write(report, f"# Report\n{bundle_marker('b2')}")
    publish_on(gitlab, report)
    assert len(gitlab.notes) == 1


def test_the_note_is_found_behind_many_others(gitlab: GitLab, report: Path) -> None:
    """All pages are looked through, so a busy merge request gets no second report."""
    for number in range(150):
        gitlab.say(f"comment {number}", author=9)
    gitlab.say(f"{marker('digits')}\nfirst")
    for number in range(150):
        gitlab.say(f"more {number}", author=9)
    publish_on(gitlab, report)
    assert len(gitlab.notes) == 301 and "# Report" in gitlab.notes[150]["body"]


def test_notes_of_others_are_left_alone(gitlab: GitLab, report: Path) -> None:
    """A person's note that repeats the marker, a quote of it and another task's report stay."""
    gitlab.say(f"{marker('digits')}\nnot mine", author=9)
    gitlab.say(f"> {marker('digits')}\nas it said")
    gitlab.say(f"{marker('news')}\nanother task")
    gitlab.say(f"{marker('digits')} said the system", system=True)
    before = [dict(note) for note in gitlab.notes]
    publish_on(gitlab, report)
    assert gitlab.notes[:4] == before and len(gitlab.notes) == 5


def test_reports_that_are_too_many_go(gitlab: GitLab, report: Path) -> None:
    """The oldest keeps its place and gets the new text; those that a crash left go."""
    for text in ("first", "second", "third"):
        gitlab.say(f"{marker('digits')}\n\n{text}")
    publish_on(gitlab, report)
    assert [note["id"] for note in gitlab.notes] == [1]
    assert "# Report" in gitlab.notes[0]["body"]


def test_a_report_without_its_marker_is_refused(gitlab: GitLab, report: Path) -> None:
    """By the first line the note is found again, so another task's report is none of ours."""
    write(report, "# Report", task="news")
    with pytest.raises(ReportRefused, match="the first line is '<!-- .*: news -->', expected"):
        publish_on(gitlab, report)
    assert gitlab.calls == []


@pytest.mark.parametrize(
    "name", ["REPO_TOKEN", "CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"]
)
def test_a_missing_variable_is_named(gitlab: GitLab, report: Path, name: str) -> None:
    """Outside a merge request's job, or without a token, the message says what is missing."""
    with pytest.raises(MissingVariable, match=f"^{name}: not set, expected"):
        publish_on(gitlab, report, **{name: ""})
    assert gitlab.calls == []


def test_a_forks_pipeline_writes_where_the_merge_request_is(gitlab: GitLab, report: Path) -> None:
    """Not over a note of the fork's own merge request of that number; uploads go there too."""
    publish_on(gitlab, report, CI_PROJECT_ID="9", CI_MERGE_REQUEST_PROJECT_ID="1")
    assert len(gitlab.notes) == 1 and len(gitlab.uploads) == 2
    assert gitlab.received("GET /projects/9") == gitlab.received("POST /projects/9") == []


def test_a_merge_request_that_is_no_number_is_refused(gitlab: GitLab, report: Path) -> None:
    """A wrong value is named with what was expected."""
    with pytest.raises(WrongVariable, match="CI_MERGE_REQUEST_IID: got 'x', expected a number"):
        publish_on(gitlab, report, CI_MERGE_REQUEST_IID="x")


def test_a_wrong_token_is_explained_and_not_shown(gitlab: GitLab, report: Path) -> None:
    """The message says which variable and what kind of token, never its value."""
    with pytest.raises(GitLabRefused, match="401 .*REPO_TOKEN is unknown.* scopes api") as caught:
        publish_on(gitlab, report, REPO_TOKEN="wrong-token")
    assert "wrong-token" not in str(caught.value)


STATUSES = [(403, "its role is too low"), (404, "hidden from"), (413, "make the file smaller")]


@pytest.mark.parametrize(("status", "word"), STATUSES)
def test_a_refusal_is_explained(gitlab: GitLab, report: Path, status: int, word: str) -> None:
    """Too low a role, a hidden project and too large a file say what to change."""
    gitlab.broken = status
    project = project_of(gitlab.environment())
    wanted = f"upload curves.png of 6 bytes: GitLab answered {status}: .*{word}"
    with pytest.raises(GitLabRefused, match=wanted):
        project.upload(report / "curves.png")


def test_a_note_is_never_sent_twice(gitlab: GitLab, report: Path) -> None:
    """Where the server fails while it takes a note, the job fails: a retry could write two."""
    project = project_of(gitlab.environment())
    gitlab.broken = 502
    with pytest.raises(GitLabRefused, match="write a note on merge request !3"):
        project.write_note(3, "text", over=None)
    assert len(gitlab.received("POST /projects/1/merge_requests/3/notes")) == 1


def test_a_report_that_is_absent_or_too_long_is_refused(
    gitlab: GitLab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is posted then, and the exit code is 2."""
    with pytest.raises(MissingArtifact, match="report.md"):
        with_images(tmp_path, lambda file: "")
    for text in ("x" * 1_000_000, "字" * 340_000):
        write(tmp_path, text)
        with pytest.raises(ReportRefused, match="10[02]0235 bytes, expected at most 1000000"):
            with_images(tmp_path, lambda file: "")
    assert run(lambda: publish_on(gitlab, tmp_path)) == 2
    assert "ReportRefused" in capsys.readouterr().err and gitlab.notes == []
