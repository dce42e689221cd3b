"""Files of API keys for tests."""

from datetime import datetime
from pathlib import Path

from perennial.http import key_file
from perennial.http.keys import ROLES, Entry, Key, digest


def secret(name: str) -> str:
    """Return the key of a name."""
    return f"perennial_the-key-of-{name}"


def entry(name: str, *roles: str, until: datetime | None = None) -> Entry:
    """Return the entry of a name's key."""
    return Entry(Key(name, frozenset(roles)), digest(secret(name)), until)


def write(file: Path, *entries: Entry) -> Path:
    """Write a file of keys."""
    file.write_text(key_file.render(entries), encoding="utf-8")
    return file


def full(folder: Path) -> Path:
    """Write a file with one key, `all`, that may do everything."""
    return write(folder / "keys", entry("all", *ROLES))


def bearer(name: str) -> dict[str, str]:
    """Return the header with a name's key."""
    return {"Authorization": f"Bearer {secret(name)}"}
