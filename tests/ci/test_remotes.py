"""DVC really pushes to and pulls from each kind of remote that DVC_REMOTE_URL may name."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.processes import free_port
from demo.workspace import ROOT
from tests.sshd import SSHServer, sshd
from tests.waiting import wait_for_port

CONTENT = "rows that a model learns from\n"


class Project:
    """A DVC repository with one file, and ci/remote of this project."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(root.parent),
            "VENV": sys.prefix,
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(root.parent / "site"),
        }

    def create(self) -> None:
        """Make the repository and let DVC track the file."""
        (self.root / ".dvc").mkdir(parents=True)
        for name in ("config", ".gitignore"):
            shutil.copy(ROOT / ".dvc" / name, self.root / ".dvc")
        (self.root / "ci").symlink_to(ROOT / "ci")
        (self.root / "rows.csv").write_text(CONTENT)
        (self.root / ".gitignore").write_text("/rows.csv\n")
        assert self.run("git", "init", "--quiet").returncode == 0
        assert self.run("dvc", "add", "--quiet", "rows.csv").returncode == 0

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        env = self.environment | variables
        return subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, timeout=60
        )

    def dvc(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run DVC through ci/remote."""
        return self.run("ci/remote", "dvc", *arguments, **variables)

    def forget(self) -> None:
        """Be a new clone: neither the file nor DVC's cache is there."""
        (self.root / "rows.csv").unlink()
        shutil.rmtree(self.root / ".dvc" / "cache")

    def goes_round(self, **variables: str) -> None:
        """Push, forget, pull, and find the file again."""
        pushed = self.dvc("push", **variables)
        assert "1 file pushed" in pushed.stdout, pushed.stderr
        self.forget()
        pulled = self.dvc("pull", **variables)
        assert pulled.returncode == 0, pulled.stderr
        assert (self.root / "rows.csv").read_text() == CONTENT


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project once."""
    project = Project(tmp_path_factory.mktemp("template") / "project")
    project.create()
    return project.root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """Return a copy of the project, without a remote."""
    shutil.copytree(template, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


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
    assert "HINT: DVC_SSH_KEY: the server does not take this key" in result.stderr


def test_a_bucket_that_is_not_there_is_named(project: Project, s3: dict[str, str]) -> None:
    """DVC makes folders, not buckets."""
    result = project.dvc("push", **s3 | {"DVC_REMOTE_URL": "s3://elsewhere/perennial"})
    assert result.returncode != 0
    assert "HINT: DVC_REMOTE_URL: make the bucket first" in result.stderr


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
    assert "DVC_REMOTE_URL: not set, so what DVC keeps stays on this machine" in result.stderr
    assert not (project.root / ".dvc" / "config.local").exists()


@pytest.fixture(scope="session")
def gdrive_environment() -> Path:
    """Make the environment of Google Drive's client where it is not there yet (7 s, once)."""
    command = [str(ROOT / "requirements" / "install.sh"), "python", "gdrive"]
    subprocess.run(command, check=True, env={**os.environ, "VENV": sys.prefix}, timeout=300)
    return Path(f"{sys.prefix}-gdrive")


@pytest.fixture
def google() -> Iterator[str]:
    """Run what Google's token address answers to a key that was deleted."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            refusal = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            body = json.dumps(refusal).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/token"
        running.shutdown()
        thread.join()


def service_account(folder: Path, token_uri: str) -> Path:
    """Write a JSON key as Google does, for an account that does not exist."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = {
        "type": "service_account",
        "client_email": "perennial@example.iam.gserviceaccount.com",
        "client_id": "1",
        "private_key_id": "1",
        "private_key": private.decode(),
        "token_uri": token_uri,
    }
    (folder / "key.json").write_text(json.dumps(key))
    return folder / "key.json"


def test_google_drive_has_its_own_dvc(
    project: Project, gdrive_environment: Path, tmp_path: Path
) -> None:
    """Its client imports there, `python` stays the project's, and the remote is configured."""
    key = service_account(tmp_path, "http://127.0.0.1:1/token")
    script = (
        '"$DVC_PYTHON" -c "import dvc_gdrive, pydrive2.fs, sys; print(sys.prefix)" && '
        'python -c "import sys; print(sys.prefix)" && cat .dvc/config.local'
    )
    result = project.run(
        "ci/remote",
        "sh",
        "-ec",
        script,
        DVC_REMOTE_URL="gdrive://1aBcD/perennial",
        GDRIVE_CREDENTIALS=str(key),
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[:2] == [str(gdrive_environment), sys.prefix]
    assert "url = gdrive://1aBcD/perennial" in result.stdout
    assert f"gdrive_service_account_json_file_path = {key}" in result.stdout


def test_a_key_that_google_refuses_is_named(
    project: Project, gdrive_environment: Path, google: str, tmp_path: Path
) -> None:
    """Google's own word stands beside which variable to look at."""
    result = project.dvc(
        "push",
        DVC_REMOTE_URL="gdrive://1aBcD/perennial",
        GDRIVE_CREDENTIALS=str(service_account(tmp_path, google)),
    )
    assert result.returncode != 0
    assert "invalid_grant: Invalid JWT Signature." in result.stderr
    assert "HINT: GDRIVE_CREDENTIALS: Google refuses this key" in result.stderr


def test_without_a_network_google_drive_says_so(
    project: Project, gdrive_environment: Path, tmp_path: Path
) -> None:
    """The hint names the network, not the key."""
    key = service_account(tmp_path, "http://no-such-host.invalid/token")
    result = project.dvc(
        "push", DVC_REMOTE_URL="gdrive://1aBcD/perennial", GDRIVE_CREDENTIALS=str(key)
    )
    assert result.returncode != 0
    assert "HINT: Google cannot be reached from here" in result.stderr
