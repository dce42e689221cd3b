"""DVC really pushes to and pulls from each kind of remote that DVC_REMOTE_URL may name."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from demo.processes import free_port
from tests.ci.remote_project import Project
from tests.sshd import SSHServer, sshd
from tests.waiting import wait_for_port

pytestmark = pytest.mark.seconds(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SSHServer]:
    """Run an SSH server."""
    with sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def ssh_variables(server: SSHServer, folder: Path) -> dict[str, str]:
    """Return what a project would set."""
    return {
        "DVC_REMOTE_URL": f"{server.address}{folder}",
        "DVC_SSH_KEY": str(server.key),
        "DVC_SSH_KNOWN_HOSTS": str(server.known_hosts),
    }


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Run an S3 server with a bucket, and return what a project would set for it."""
    port = free_port()
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for_port(port, process)
        address = f"http://127.0.0.1:{port}"
        httpx.put(f"{address}/models").raise_for_status()
        yield {
            "DVC_REMOTE_URL": "s3://models/perennial",
            "DVC_S3_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        process.terminate()
        process.wait(20)


def test_a_folder_goes_round(project: Project) -> None:
    """A folder, also one relative to the project, is made where it is missing."""
    project.goes_round(DVC_REMOTE_URL="../shared/store")
    assert (project.root.parent / "shared" / "store" / "files").is_dir()


def test_ssh_goes_round(project: Project, server: SSHServer) -> None:
    """With a key file, a port and the server's key known."""
    store = project.root.parent / "store"
    project.goes_round(**ssh_variables(server, store))
    assert (store / "files").is_dir()


def test_s3_goes_round(project: Project, s3: dict[str, str]) -> None:
    """On any server that speaks S3, by AWS's own variables."""
    project.goes_round(**s3)
    assert "<Key>perennial/files/md5/" in httpx.get(f"{s3['DVC_S3_ENDPOINT_URL']}/models").text


def test_an_ssh_server_with_another_key_is_refused(project: Project, server: SSHServer) -> None:
    """DVC by itself would have sent the data; the hint names the variable."""
    store = project.root.parent / "store"
    others = project.root.parent / "known_hosts"
    name, kind, _ = server.known_hosts.read_text().split()
    others.write_text(f"{name} {kind} {server.key.with_suffix('.pub').read_text().split()[1]}\n")
    variables = ssh_variables(server, store) | {"DVC_SSH_KNOWN_HOSTS": str(others)}
    result = project.dvc("push", **variables)
    assert result.returncode != 0 and not store.exists()
    assert "Host key is not trusted" in result.stderr
    assert "HINT: DVC_SSH_KNOWN_HOSTS: the server's key is not in this file" in result.stderr


def test_a_key_that_the_server_does_not_take_is_named(project: Project, server: SSHServer) -> None:
    """The hint says which variable, and where the public half belongs."""
    variables = ssh_variables(server, project.root.parent / "store")
    variables["DVC_SSH_KEY"] = str(server.key.with_name("host"))
    result = project.dvc("push", **variables)
    assert result.returncode != 0
    assert "HINT: DVC_SSH_KEY: the server does not accept this key" in result.stderr


def test_a_bucket_that_is_not_there_is_named(project: Project, s3: dict[str, str]) -> None:
    """DVC makes folders, not buckets."""
    result = project.dvc("push", **s3 | {"DVC_REMOTE_URL": "s3://elsewhere/perennial"})
    assert result.returncode != 0
    assert "HINT: DVC_REMOTE_URL: create the bucket first" in result.stderr


def test_a_sourced_remote_stays_for_the_whole_job(project: Project) -> None:
    """As in a job's before_script; a second address takes the place of the first."""
    script = (
        ". ci/remote && dvc push --quiet && command -v dvc && DVC_REMOTE_URL=../second && "
        ". ci/remote && dvc push --quiet && cat .dvc/config.local"
    )
    result = project.run("sh", "-ec", script, DVC_REMOTE_URL="../first")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == str(project.root / "ci" / "bin" / "dvc")
    assert f"url = {project.root.parent / 'second'}" in result.stdout
    for name in ("first", "second"):
        assert (project.root.parent / name / "files").is_dir()


def test_a_refused_address_ends_the_job(project: Project) -> None:
    """Sourced or run, nothing after it happens, and a password in the address is not shown."""
    script = ". ci/remote; echo and yet it goes on"
    result = project.run("sh", "-ec", script, DVC_REMOTE_URL="ftp://ada:secret@host/store")
    assert result.returncode != 0 and result.stdout == ""
    assert (
        "DVC_REMOTE_URL: got 'ftp://ada:…@host/store', expected a folder, ssh://" in result.stderr
    )


def test_without_an_address_the_jobs_log_says_so(project: Project) -> None:
    """DVC then uses the folder that .dvc/config names, which no other machine sees."""
    result = project.run("ci/remote", CI="true")
    assert result.returncode == 0
    assert "DVC_REMOTE_URL: not set, so data and models stay on this machine" in result.stderr
    assert not (project.root / ".dvc" / "config.local").exists()
