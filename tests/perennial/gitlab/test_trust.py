"""A GitLab whose certificate is of its own authority is trusted by every client that is told so."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perennial.gitlab.client import connect, refusals
from perennial.gitlab.errors import GitLabRefused, WrongVariable
from perennial.gitlab.plain import PlainClient
from tests.http_server import Call, Reply, serving
from training.gitlab.git import Remote, Repository

Ask = Callable[[str, str], object]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate that no other authority knows, and its key."""
    file = tmp_path_factory.mktemp("authority") / "both.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=gitlab"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(file), "-out", "-"]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    with file.open("a") as both:
        both.write(made.stdout)
    return file


@pytest.fixture(scope="module")
def gitlab(authority: Path) -> Iterator[str]:
    """Return the address of a GitLab under that certificate, which knows one call."""

    def answer(call: Call) -> Reply:
        found = call.target == "/api/v4/version"
        return Reply(200, {"version": "18.1"}) if found else Reply(404, {"message": "404"})

    with serving(answer, certificate=authority) as url:
        yield url


def _by_python_gitlab(url: str, ca_file: str) -> object:
    with refusals("ask"):
        return connect(url, ca_file=ca_file).http_get("/version")


def _by_the_standard_library(url: str, ca_file: str) -> object:
    return PlainClient(f"{url}/api/v4", "", ca_file=ca_file).call("ask", "GET", "/version")[0]


@pytest.mark.parametrize("ask", [_by_python_gitlab, _by_the_standard_library])
def test_a_client_trusts_the_file_and_nothing_without_it(
    gitlab: str, authority: Path, ask: Ask
) -> None:
    """Without the file the message names the certificate."""
    assert ask(gitlab, str(authority)) == {"version": "18.1"}
    with pytest.raises(GitLabRefused, match="ask.*: no answer from GitLab: .*self.signed cert"):
        ask(gitlab, "")


def test_git_trusts_the_file(gitlab: str, authority: Path, tmp_path: Path) -> None:
    """With it, it learns that there is no such repository; without it, it does not get so far."""
    job = {"CI_PROJECT_URL": f"{gitlab}/group/project", "REPO_TOKEN": "the-token"}
    repository = Repository(tmp_path, {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    repository.read("init", "--quiet")
    with pytest.raises(GitLabRefused, match="git fetch: .*not found"):
        known = Remote.of_job({**job, "CI_SERVER_TLS_CA_FILE": str(authority)})
        repository.fetch_tags("*", known)
    with pytest.raises(GitLabRefused, match="git fetch: .*certificate"):
        repository.fetch_tags("*", Remote.of_job(job))


@pytest.mark.parametrize("ask", [_by_python_gitlab, _by_the_standard_library])
def test_a_file_without_certificates_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    """So is one that is not there."""
    monkeypatch.chdir(tmp_path)
    Path("empty").touch()
    for name in ("empty", "absent"):
        with pytest.raises(WrongVariable, match=f"CI_SERVER_TLS_CA_FILE: got '{name}', expected"):
            ask("https://127.0.0.1:1", name)
