"""Which variables are secrets."""

import re
from urllib.parse import urlsplit

from training.gitlab.project_check.facts import Json

SECRET = re.compile(
    r"(TOKEN|SECRET|PASSWORD|PASSPHRASE|PRIVATE_KEY|ACCESS_KEY|API_KEY|CREDENTIALS_DATA)$"
)
# With which jobs reach the DVC remote.
CREDENTIALS = ("AWS_SECRET_ACCESS_KEY", "DVC_SSH_KEY", "GDRIVE_CREDENTIALS")


def holds_secret(variable: Json) -> bool:
    """Return whether a variable's name or value shows that it is a secret.

    >>> holds_secret({"key": "X", "value": "postgresql://me:pass@host/db"})
    True
    >>> holds_secret({"key": "AWS_ACCESS_KEY_ID", "value": "AKIA"})
    False
    """
    if SECRET.search(variable["key"]):
        return True
    try:
        return bool(urlsplit(variable["value"] or "").password)
    except ValueError:  # not an address
        return False
