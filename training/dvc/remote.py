"""Configures DVC's remotes from a job's variables. Run by ci/remote."""

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
# Where merge requests write, so that what main reads is written by main alone.
REVIEW_URL = "DVC_REVIEW_URL"
ADDRESSES = "a folder, ssh://USER@HOST/PATH, s3://BUCKET/PATH or gdrive://FOLDER-ID/PATH"
IS_FILE = "in GitLab make it a variable of type File"
NAMES = {URL: "store", REVIEW_URL: "review"}

Options = dict[str, str]


def options(environment: Mapping[str, str], home: Path, variable: str = URL) -> tuple[str, Options]:
    """Return the kind of remote and DVC's options for it; ("", {}) if no address is set.

    home: the user's home folder, for the default of DVC_SSH_KNOWN_HOSTS.
    variable: the one with the remote's address; both remotes share all others.
    Raises MissingVariable, BadParameter.
    """
    url = environment.get(variable, "")
    kind, separator, rest = url.partition("://")
    if not url:
        return "", {}
    if not separator:
        return "folder", {"url": str(_folder(Path(url), variable))}
    host, _, path = rest.partition("/")
    if kind not in KINDS or not host or (kind == "ssh" and not path):
        secret = urlsplit(url).password
        raise BadParameter(
            variable, url.replace(f":{secret}@", ":…@") if secret else url, ADDRESSES
        )
    return kind, {"url": url} | KINDS[kind](environment, home, url)


def _folder(path: Path, variable: str) -> Path:
    try:
        path.expanduser().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadParameter(variable, str(path), f"a writable folder ({error.strerror})") from error
    return path.expanduser().resolve()


def _s3(environment: Mapping[str, str], home: Path, url: str) -> Options:
    if environment.get("AWS_ACCESS_KEY_ID") and not environment.get("AWS_SECRET_ACCESS_KEY"):
        raise MissingVariable("AWS_SECRET_ACCESS_KEY", "the secret key of AWS_ACCESS_KEY_ID")
    endpoint = environment.get("DVC_S3_ENDPOINT_URL", "")
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise BadParameter("DVC_S3_ENDPOINT_URL", endpoint, "https://HOST or http://HOST:PORT")
    return {"endpointurl": endpoint} if endpoint else {}


def _ssh(environment: Mapping[str, str], home: Path, url: str) -> Options:
    server = urlsplit(url)
    port = f"-p {server.port} " if server.port else ""
    scan = f"the output of 'ssh-keyscan {port}{server.hostname}', compared with the server's keys"
    known = environment.get("DVC_SSH_KNOWN_HOSTS") or str(home / ".ssh" / "known_hosts")
    _file("DVC_SSH_KNOWN_HOSTS", known, f"a file with {scan}")
    key = environment.get("DVC_SSH_KEY", "")
    if key:
        _file("DVC_SSH_KEY", key, "a file with a private key that has no passphrase")
    return {"keyfile": str(Path(key).resolve())} if key else {}


def _gdrive(environment: Mapping[str, str], home: Path, url: str) -> Options:
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


def chosen(environment: Mapping[str, str], home: Path) -> tuple[list[str], dict[str, Options]]:
    """Return the kinds of the remotes that are set, and DVC's options for each by its name.

    Raises MissingVariable, BadParameter.
    """
    found = {name: options(environment, home, variable) for variable, name in NAMES.items()}
    remotes = {name: remote for name, (_, remote) in found.items() if remote}
    if environment.get(URL) and environment.get(REVIEW_URL):
        main, review = (f"{remotes[name]['url'].rstrip('/')}/" for name in NAMES.values())
        if main.startswith(review) or review.startswith(main):
            expected = f"an address that is neither inside {URL} nor around it"
            raise BadParameter(REVIEW_URL, environment[REVIEW_URL], expected)
    return [kind for kind, _ in found.values() if kind], remotes


def configure(remotes: Mapping[str, Options]) -> None:
    """Write the remotes into .dvc/config.local, replacing any earlier ones.

    DVC verifies what it fetches from them; by default it takes a file's name for its hash.
    Raises RemoteRefused outside a DVC repository.
    """
    try:
        with Config.from_cwd(validate=False).edit("local") as settings:
            for name, chosen in remotes.items():
                settings["remote"][name] = {**chosen, "verify": "true"}
    except DvcException as error:
        raise RemoteRefused(f"{URL}: {error}") from error


def main() -> None:
    """Check the variables, configure the remotes and print their kinds."""
    kinds, remotes = chosen(os.environ, Path.home())
    if remotes:
        configure(remotes)
    if NAMES[URL] not in remotes and os.environ.get("CI"):
        print(f"{URL}: not set, so data and models stay on this machine", file=sys.stderr)
    if NAMES[REVIEW_URL] not in remotes and os.environ.get("CI_MERGE_REQUEST_IID"):
        print(f"{REVIEW_URL}: not set, so merge requests write where main reads", file=sys.stderr)
    print(*kinds)


if __name__ == "__main__":
    try:
        main()
    except (GitLabError, TrainingError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
