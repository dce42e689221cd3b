"""The file of API keys: a line for each digest, with the key's name, its roles and its end.

# name  roles              sha256                              valid until
shop    predict,feedback   41aa…                               -
shop    predict,feedback   9f2c…                               2026-12-01T00:00:00+00:00
"""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from perennial.errors import HIDDEN_VALUE, Described, InvalidField
from perennial.http.keys import ROLES, Entry, Key
from perennial.label_sources import ANONYMOUS, UNKNOWN
from perennial.plural import plural

HEADER = "# API keys, written by `python -m service.keys`: name, roles, SHA-256, valid until"
# A file without keys has this line: without it, its keys were lost by mistake.
NONE = "# none: the last key was revoked"
NEVER = "-"
RESERVED = (ANONYMOUS, UNKNOWN)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FIELDS = 4


def read(path: Path) -> tuple[Entry, ...]:
    """Return the entries of a file. Raises OSError, InvalidField."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidField(str(path), HIDDEN_VALUE, f"text in UTF-8 ({error.reason})") from None
    return parse(text)


def parse(text: str) -> tuple[Entry, ...]:
    """Return the entries of a file's text, in order; none where the last one was revoked.

    Raises InvalidField, which names the line and never shows what may be a key.
    """
    entries: list[Entry] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            entry = _entry(f"line {number}", line.split())
            _check_against(f"line {number}", entry, entries)
            entries.append(entry)
    if not entries and NONE not in text.splitlines():
        raise InvalidField("keys", Described("none"), "at least one")
    return tuple(entries)


def render(entries: Iterable[Entry]) -> str:
    """Return the text of a file with these entries."""
    lines = [" ".join(_fields(entry)) for entry in entries] or [NONE]
    return "\n".join([HEADER, *lines, ""])


def check_name(field: str, name: str) -> str:
    """Return a key's name. Raises InvalidField where it is not one."""
    if not _NAME.fullmatch(name) or name in RESERVED:
        expected = "up to 63 of a-z, 0-9, '.', '_', '-', and none of " + ", ".join(RESERVED)
        raise InvalidField(field, name, expected)
    return name


def check_roles(field: str, roles: Iterable[str]) -> frozenset[str]:
    """Return a key's roles. Raises InvalidField where there are none, or an unknown one."""
    found = frozenset(roles)
    for role in sorted(found - set(ROLES)):
        raise InvalidField(field, role, "roles among " + ", ".join(ROLES))
    if not found:
        raise InvalidField(field, Described("none"), "some of " + ", ".join(ROLES))
    return found


def _entry(where: str, fields: list[str]) -> Entry:
    if len(fields) != _FIELDS:
        parts = Described(plural(len(fields), "field"))
        raise InvalidField(where, parts, "name, roles, SHA-256 and the end of validity, or '-'")
    name, roles, sha256, until = fields
    try:
        known = check_roles(f"{where}, roles", roles.split(","))
        key = Key(check_name(f"{where}, name", name), known)
    except InvalidField as error:  # a key may have been pasted into any column
        raise InvalidField(error.field, HIDDEN_VALUE, error.expected) from None
    if not _SHA256.fullmatch(sha256):
        raise InvalidField(f"{where}, SHA-256", HIDDEN_VALUE, "64 hexadecimal digits")
    return Entry(key, sha256, _until(where, until))


def _until(where: str, text: str) -> datetime | None:
    if text == NEVER:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min
    if found.tzinfo is None:
        expected = "'-', or a time with its zone such as 2026-12-01T00:00:00+00:00"
        raise InvalidField(f"{where}, valid until", HIDDEN_VALUE, expected)
    return found


def _check_against(where: str, entry: Entry, earlier: list[Entry]) -> None:
    for other in earlier:
        if other.sha256 == entry.sha256:
            expected = f"a key of its own, not that of {other.key.name}"
            raise InvalidField(f"{where}, SHA-256", HIDDEN_VALUE, expected)
        if other.key.name == entry.key.name and other.key.roles != entry.key.roles:
            expected = "the same roles as the other lines of this name: " + _roles(other.key)
            raise InvalidField(f"{where}, roles", Described(_roles(entry.key)), expected)


def _fields(entry: Entry) -> tuple[str, ...]:
    until = NEVER if entry.until is None else entry.until.isoformat(timespec="seconds")
    return entry.key.name, _roles(entry.key), entry.sha256, until


def _roles(key: Key) -> str:
    return ",".join(role for role in ROLES if role in key.roles)
