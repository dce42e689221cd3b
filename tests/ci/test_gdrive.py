"""Google Drive as far as its door: its client loads, the remote is set, refusals are explained."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.workspace import ROOT
from tests.ci.remote_project import Project


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
