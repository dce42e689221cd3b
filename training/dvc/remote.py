"""Configures the DVC remote from a job's variables. Run by ci/remote."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dvc.config import Config
from dvc.exceptions import DvcException

from perennial.gitlab.errors import GitLabError, MissingVariable
from training.errors import BadParameter, RemoteRefused, TrainingError

URL = "DVC_REMOTE_URL"
ADDRESSES = "a folder, ssh://USER@HOST/PATH, s3://BUCKET/PATH or gdrive://FOLDER-ID/PATH"
IS_FILE = "in GitLab make it a variable of type File"
NAME = "store"

Options = dict[str, str]


def options(environment: Mapping[str, str], home: Path) -> tuple[str, Options]:
    """Return the kind of remote and DVC's options for it; ("", {}) if no address is set.

    home: the user's home folder, for the default of DVC_SSH_KNOWN_HOSTS.
    Raises MissingVariable, BadParameter.
    """
    url = environment.get(URL, "")
    kind, separator, rest = url.partition("://")
    if not url:
        return "", {}
    if not separator:
        return "folder", {"url": str(_folder(Path(url)))}
    host, _, path = rest.partition("/")
    if kind not in KINDS or not host or (kind == "ssh" and not path):
        secret = urlsplit(url).password
        raise BadParameter(URL, url.replace(f":{secret}@", ":…@") if secret else url, ADDRESSES)
    return kind, {"url": url} | KINDS[kind](environment, home)


def _folder(path: Path) -> Path:
    try:
        path.expanduser().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadParameter(URL, str(path), f"a writable folder ({error.strerror})") from error
    return path.expanduser().resolve()


def _s3(environment: Mapping[str, str], home: Path) -> Options:
    if environment.get("AWS_ACCESS_KEY_ID") and not environment.get("AWS_SECRET_ACCESS_KEY"):
        raise MissingVariable("AWS_SECRET_ACCESS_KEY", "the secret key of AWS_ACCESS_KEY_ID")
    endpoint = environment.get("DVC_S3_ENDPOINT_URL", "")
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise BadParameter("DVC_S3_ENDPOINT_URL", endpoint, "https://HOST or http://HOST:PORT")
    return {"endpointurl": endpoint} if endpoint else {}


def _ssh(environment: Mapping[str, str], home: Path) -> Options:
    server = urlsplit(environment[URL])
    port = f"-p {server.port} " if server.port else ""
    scan = f"the output of 'ssh-keyscan {port}{server.hostname}', compared with the server's keys"
    known = environment.get("DVC_SSH_KNOWN_HOSTS") or str(home / ".ssh" / "known_hosts")
    _file("DVC_SSH_KNOWN_HOSTS", known, f"a file with {scan}")
    key = environment.get("DVC_SSH_KEY", "")
    if key:
        _file("DVC_SSH_KEY", key, "a file with a private key that has no passphrase")
    return {"keyfile": str(Path(key).resolve())} if key else {}


def _gdrive(environment: Mapping[str, str], home: Path) -> Options:
    """Return the options for a service account, or for a user whose tokens were saved.

    Without either, DVC would open a browser and wait.
    """
    expected = "the JSON key of a Google service account, or the tokens that DVC saved for a user"
    given = environment.get("GDRIVE_CREDENTIALS", "")
    if not given:
        raise MissingVariable("GDRIVE_CREDENTIALS", f"a file with {expected}; {IS_FILE}")
    path = str(Path(given).resolve())
    found = _json(_file("GDRIVE_CREDENTIALS", given, f"a file with {expected}"), expected)
    if found.get("type") == "service_account":
        return _service_account(found, path, environment)
    if not (found.get("refresh_token") and found.get("_module")):
        raise BadParameter("GDRIVE_CREDENTIALS", sorted(found), expected)
    needed = {name: found.get(name) for name in ("client_id", "client_secret")}
    for name, value in needed.items():
        if not isinstance(value, str) or not value:
            raise BadParameter(
                f"GDRIVE_CREDENTIALS: {name}", value, "the value of your own OAuth app"
            )
    chosen = {f"gdrive_{name}": str(value) for name, value in needed.items()}
    return {"gdrive_user_credentials_file": path} | chosen


def _service_account(found: Options, path: str, environment: Mapping[str, str]) -> Options:
    for name in ("client_email", "private_key", "token_uri"):
        if not isinstance(found.get(name), str):
            raise BadParameter(
                f"GDRIVE_CREDENTIALS: {name}", found.get(name), "a text, as in Google's key"
            )
    try:
        load_pem_private_key(found["private_key"].encode(), password=None)
    except ValueError as error:
        expected = "the key as Google wrote it, including each \\n"
        raise BadParameter("GDRIVE_CREDENTIALS: private_key", "not a PEM key", expected) from error
    chosen = {
        "gdrive_use_service_account": "true",
        "gdrive_service_account_json_file_path": path,
    }
    acts_for = environment.get("GDRIVE_USER_EMAIL", "")
    return chosen | ({"gdrive_service_account_user_email": acts_for} if acts_for else {})


def _file(name: str, path: str, expected: str) -> Path:
    """Return the path of a file; never show a value that may be the secret itself."""
    if len(path) > 4096 or "\n" in path or not Path(path).is_file():
        shown = path if len(path) < 200 and "\n" not in path and "{" not in path else "its content"
        raise BadParameter(name, shown, f"{expected}; {IS_FILE}")
    return Path(path)


def _json(path: Path, expected: str) -> Options:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadParameter("GDRIVE_CREDENTIALS", str(path), f"{expected} ({error})") from error
    if not isinstance(found, dict):
        raise BadParameter("GDRIVE_CREDENTIALS", str(path), expected)
    return found


KINDS = {"ssh": _ssh, "s3": _s3, "gdrive": _gdrive}


def configure(chosen: Options) -> None:
    """Write the remote into .dvc/config.local, replacing any earlier one.

    Raises RemoteRefused outside a DVC repository.
    """
    try:
        with Config.from_cwd(validate=False).edit("local") as settings:
            settings["remote"][NAME] = chosen
    except DvcException as error:
        raise RemoteRefused(f"{URL}: {error}") from error


def main() -> None:
    """Check the variables, configure the remote and print its kind."""
    kind, chosen = options(os.environ, Path.home())
    if chosen:
        configure(chosen)
    elif os.environ.get("CI"):
        print(f"{URL}: not set, so data and models stay on this machine", file=sys.stderr)
    print(kind)


if __name__ == "__main__":
    try:
        main()
    except (GitLabError, TrainingError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
