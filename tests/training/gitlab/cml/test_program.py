"""What CML says is put into words that say what to do; the program itself is a fake here."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.job import Job
from training.gitlab.cml import program

VARIABLES = {
    "CI_PROJECT_URL": "https://gitlab.example/g/p",
    "CI_MERGE_REQUEST_IID": "3",
    "REPO_TOKEN": "secret",
}


class Cml:
    """Remembers its call, and answers as it was told."""

    def __init__(self, *, stdout: str = "", errors: tuple[str, ...] = (), code: int = 0) -> None:
        lines = [json.dumps({"level": "error", "message": error}) for error in errors]
        self.answer = subprocess.CompletedProcess([], code, stdout, "\n".join(lines))
        self.command: list[str] = []
        self.options: dict[str, Any] = {}

    def __call__(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        self.command, self.options = command, options
        return self.answer


def comment(cml: Cml, folder: Path, **more: str) -> int:
    """Have the fake post a report."""
    return program.comment("create", folder, task="ag_news", job=Job(VARIABLES | more), run=cml)


def test_the_note_s_number_is_read_from_its_address(tmp_path: Path) -> None:
    """It is called with native uploads, no telemetry, and a home that nobody misses."""
    cml = Cml(stdout="https://gitlab.example/g/p/-/merge_requests/3#note_41\n")
    assert comment(cml, tmp_path) == 41
    assert cml.command[:3] == ["cml", "comment", "create"]
    assert {"--publish-native", "--target=pr/3", "--watermark-title=ag-news"} <= set(cml.command)
    environment = cml.options["env"]
    assert environment["ITERATIVE_DO_NOT_TRACK"] == "1"
    assert not Path(environment["HOME"]).exists()
    assert "secret" not in " ".join(cml.command)


def test_in_a_fork_it_posts_to_the_project_that_has_the_merge_request(tmp_path: Path) -> None:
    """The fork's own merge request of that number is another."""
    cml = Cml(stdout="https://gitlab.example/up/p/-/merge_requests/3#note_41\n")
    comment(cml, tmp_path, CI_MERGE_REQUEST_PROJECT_URL="https://gitlab.example/up/p")
    assert {"--repo=https://gitlab.example/up/p", "--target=pr/3"} <= set(cml.command)


def test_it_trusts_gitlab_s_own_authority(tmp_path: Path) -> None:
    """CML's Node takes the file by a variable of its own, and adds it to the usual authorities."""
    cml = Cml(stdout="https://gitlab.example/g/p/-/merge_requests/3#note_41\n")
    comment(cml, tmp_path, CI_SERVER_TLS_CA_FILE="/builds/ca.pem")
    assert cml.options["env"]["NODE_EXTRA_CA_CERTS"] == "/builds/ca.pem"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Unauthorized", "GitLab answered 401: Unauthorized; REPO_TOKEN is unknown"),
        ("Forbidden", "GitLab answered 403: Forbidden; REPO_TOKEN may not do this"),
        ("Not Found", "GitLab answered 404: Not Found; not there, or hidden"),
        ("Bad Gateway", "502: Bad Gateway; GitLab returned a server error; try again later"),
        ("Request Entity Too Large", "413: .*, perhaps large.png of 9 bytes; larger than"),
        ("request to https://x failed, reason: no", "no answer from GitLab: request to https://x"),
        ("token not found", "post the report through CML: token not found$"),
        ("two\nlines", "through CML: two lines$"),
    ],
)
def test_a_reason_becomes_advice(tmp_path: Path, said: str, words: str) -> None:
    """HTTP's bare reason gets what to do about it; what CML says itself stays."""
    (tmp_path / "large.png").write_bytes(bytes(9))
    (tmp_path / "small.png").write_bytes(bytes(8))
    with pytest.raises(GitLabRefused, match=words):
        comment(Cml(errors=("an earlier one", said), code=1), tmp_path)


@pytest.mark.parametrize("code", [0, 1])
def test_silence_is_an_error(tmp_path: Path, code: int) -> None:
    """Neither a note's address nor an error: the exit code is all there is."""
    with pytest.raises(GitLabRefused, match=f"exit code {code} without an error message"):
        comment(Cml(code=code), tmp_path)


def test_a_program_that_hangs_is_an_error(tmp_path: Path) -> None:
    """It is given five minutes, and the message says what to look at."""

    def hang(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    with pytest.raises(GitLabRefused, match="did not finish within 300 s; is the address right"):
        program.comment("create", tmp_path, task="t", job=Job(VARIABLES), run=hang)
