"""Git over HTTP: the real `git http-backend` behind a token check."""

import base64
import binascii
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from starlette.responses import PlainTextResponse, Response

from demo.forge.configuration import ROLES, Token
from demo.forge.git.push import PushRules, RefChange, changes
from demo.forge.git.repository import Repository

READ = ("api", "read_repository", "write_repository")
WRITE = ("api", "write_repository")
SERVICES = {"git-upload-pack": READ, "git-receive-pack": WRITE}
DENIED = (
    "HTTP Basic: Access denied. The provided password or token is incorrect or your account has "
    "2FA enabled and you must use a personal access token instead of a password."
)


class Host(Protocol):
    """The forge, as git over HTTP needs it."""

    repository: Repository

    def clone_token(self, value: str) -> Token | None:
        """Find a token by its value."""

    def barred(self, token: Token) -> str | None:
        """Return why a job's token does not open the project, or None."""

    def push_rules(self, token: Token, refs: Sequence[RefChange]) -> PushRules:
        """Return what git must refuse of a push."""

    def new_reception(self) -> Path:
        """Return a fresh folder for what a push's hook reports."""

    def received(self, reception: Path, by: Token) -> None:
        """Start what a push starts."""


def serve(
    host: Host,
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Response:
    """Answer one request from git.

    path: what follows the repository in the address, as in `info/refs`.
    """
    service = _service(path, query)
    if service is None:
        return PlainTextResponse("Not found", 404)
    token = _token(host, headers)
    if token is None:
        return PlainTextResponse(DENIED, 401, headers={"WWW-Authenticate": 'Basic realm="GitLab"'})
    if reason := host.barred(token):
        return PlainTextResponse(reason, 403)
    if not token.may(*SERVICES[service]):
        return PlainTextResponse("You are not allowed to do this with this token.", 403)
    if service == "git-receive-pack" and token.role < ROLES["developer"]:
        return PlainTextResponse("You are not allowed to push code to this project.", 403)
    reception = host.new_reception()
    try:
        if path == "git-receive-pack":
            wanted = changes(body, zipped=headers.get("content-encoding") == "gzip")
            host.push_rules(token, wanted).write(reception)
        answer = _run(host.repository, token, reception, method, path, query, headers, body)
        host.received(reception, token)
    finally:
        shutil.rmtree(reception)
    return answer


def _service(path: str, query: str) -> str | None:
    """Return which git program a request is for, or None."""
    if path == "info/refs":
        name = query.removeprefix("service=")
        return name if name in SERVICES else None
    return path if path in SERVICES else None


def _token(host: Host, headers: Mapping[str, str]) -> Token | None:
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return host.clone_token(password)


def _run(
    repository: Repository,
    token: Token,
    reception: Path,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Response:
    environment = {
        **repository.environment,
        "GIT_PROJECT_ROOT": str(repository.path),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{path}",
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "REMOTE_USER": token.name,
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
        "FORGE_RECEIVED": str(reception),
    }
    done = subprocess.run(
        ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
    )
    return _response(done.stdout)


def _response(output: bytes) -> Response:
    """Turn the output of a CGI program into a response."""
    head, _, content = output.partition(b"\r\n\r\n")
    headers = {}
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    status = int(headers.pop("status", "200").split(" ", 1)[0])
    headers.pop("content-length", None)
    return Response(content, status, headers=headers)
