"""DVC with two additions: it checks SSH host keys, and its errors name the variable to check."""

import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dvc.cli import main
from dvc_objects.fs import known_implementations

# Error texts of DVC and its storage clients, each with what to do.
HINTS = {
    "Host key is not trusted": "DVC_SSH_KNOWN_HOSTS: the server's key is not in this file; if it"
    " is the right server, add the output of ssh-keyscan for it",
    "Permission denied for user": "DVC_SSH_KEY: the server does not accept this key; add its"
    " public key to the user's ~/.ssh/authorized_keys",
    "Too many authentication failures": "DVC_SSH_KEY: the server accepts none of the keys tried;"
    " set it to a file with the right private key",
    "Unable to locate credentials": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: not set, and"
    " this machine has no IAM role",
    "InvalidAccessKeyId": "AWS_ACCESS_KEY_ID: unknown to the server",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY: not the secret of AWS_ACCESS_KEY_ID",
    "Could not connect to the endpoint": "DVC_S3_ENDPOINT_URL: no server answers there",
    "The specified bucket does not exist": "DVC_REMOTE_URL: create the bucket first; DVC does not",
    "Unable to find the server": "Google cannot be reached from here: check the network, the proxy"
    " and HTTPS_PROXY",
    "invalid_grant": "GDRIVE_CREDENTIALS: Google refuses this key, deleted or disabled; create"
    " a new one",
    "storageQuotaExceeded": "GDRIVE_CREDENTIALS: a service account has no storage; DVC_REMOTE_URL"
    " must name a folder of a Shared Drive, or GDRIVE_USER_EMAIL the user it acts for",
    "File not found": "DVC_REMOTE_URL: share this folder with the account in GDRIVE_CREDENTIALS as"
    " a content manager",
    "Failed to authenticate GDrive": "GDRIVE_CREDENTIALS: Google's client cannot read this file",
}


class Hints(logging.Handler):
    """Prints a hint after an error of a remote, each hint once."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Look for known texts in the message and its causes."""
        said = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        while error is not None:
            said += f"\n{error}"
            error = error.__cause__ or error.__context__
        hint = next((hint for words, hint in HINTS.items() if words in said), None)
        if hint and hint not in self._told:
            self._told.add(hint)
            print(f"HINT: {hint}", file=sys.stderr)


def check_host_keys() -> None:
    """Make DVC refuse unknown SSH servers; by default it accepts any (sshfs's default)."""
    if find_spec("dvc_ssh") is None:
        return  # the environment for Google Drive
    from dvc_ssh import SSHFileSystem  # type: ignore[import-untyped]

    class Checked(SSHFileSystem):  # type: ignore[misc]
        def _prepare_credentials(self, **config: Any) -> dict[str, Any]:
            known = os.environ.get("DVC_SSH_KNOWN_HOSTS") or Path.home() / ".ssh" / "known_hosts"
            return {**super()._prepare_credentials(**config), "known_hosts": str(known)}

    sys.modules[__name__].__dict__["Checked"] = Checked
    known_implementations["ssh"]["class"] = f"{__name__}.Checked"


if __name__ == "__main__":
    check_host_keys()
    hints = Hints()
    for name in ("dvc", "dvc_data", "dvc_objects"):
        logging.getLogger(name).addHandler(hints)
    sys.exit(main(sys.argv[1:]))
