"""Make, rotate, revoke and list API keys: `python -m service.keys`. Needs Python alone."""

import argparse
import fcntl
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from perennial.errors import InvalidField
from perennial.http import key_file
from perennial.http.keys import ROLES, Entry, Key, digest

VARIABLE = "PERENNIAL_KEYS_FILE"
# Tools that look for leaked secrets can find it.
PREFIX = "perennial_"
BYTES = 32
MODE = 0o600


def main(arguments: Sequence[str] | None = None) -> int:
    """Change or show the file of keys; 2 where that cannot be done."""
    options = _options(arguments)
    # A link would be replaced, and the service would go on reading what it led to.
    options.file = options.file.resolve()
    try:
        if options.run is _add:
            options.file.parent.mkdir(parents=True, exist_ok=True)
        with nullcontext() if options.run is _list else _alone(options.file.parent):
            shown = options.run(options, datetime.now(UTC))
    except (InvalidField, OSError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 2
    print(shown)
    return 0


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait for others that change files of a folder: what one revoked, none of them writes back."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m service.keys", description=__doc__)
    default = os.environ.get(VARIABLE)
    parser.add_argument(
        "--file", type=Path, default=default, required=default is None, help=f"default: {VARIABLE}"
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    add = verbs.add_parser("add", help="make a key and print it; it is shown this once")
    add.add_argument("name", help="whose key it is; labels have it as their source")
    add.add_argument("--role", action="append", required=True, choices=ROLES, help="repeatable")
    add.set_defaults(run=_add)
    rotate = verbs.add_parser("rotate", help="make another key of a name and print it")
    rotate.add_argument("name")
    rotate.add_argument(
        "--overlap-hours", type=float, default=24, help="hours that the old key is valid on (24)"
    )
    rotate.set_defaults(run=_rotate)
    revoke = verbs.add_parser("revoke", help="end every key of a name at once")
    revoke.add_argument("name")
    revoke.set_defaults(run=_revoke)
    listed = verbs.add_parser("list", help="show names, roles and ends, never keys")
    listed.set_defaults(run=_list)
    return parser.parse_args(arguments)


def _add(options: argparse.Namespace, now: datetime) -> str:
    roles = key_file.check_roles("--role", options.role)
    key = Key(key_file.check_name("NAME", options.name), roles)
    entries = key_file.read(options.file) if options.file.exists() else ()
    if any(entry.key.name == key.name for entry in entries):
        raise InvalidField("NAME", key.name, "a name without a key; `rotate` gives it a new one")
    return _written(options.file, entries, key)


def _rotate(options: argparse.Namespace, now: datetime) -> str:
    if not 0 <= options.overlap_hours <= 24 * 365:
        raise InvalidField("--overlap-hours", options.overlap_hours, "0 to 8760")
    entries = key_file.read(options.file)
    key = _known(entries, options.name)
    last = now + timedelta(hours=options.overlap_hours)
    kept = []
    for entry in entries:
        until = entry.until
        if entry.key == key:
            until = last if until is None else min(until, last)
        if until is None or until > now:
            kept.append(Entry(entry.key, entry.sha256, until))
    return _written(options.file, kept, key)


def _revoke(options: argparse.Namespace, now: datetime) -> str:
    entries = key_file.read(options.file)
    key = _known(entries, options.name)
    kept = [entry for entry in entries if entry.key != key]
    _write(options.file, key_file.render(kept))
    return f"{key.name}: revoked" + ("" if kept else "; the file has no keys now, `add` makes one")


def _list(options: argparse.Namespace, now: datetime) -> str:
    lines = [("name", "roles", "valid until", "SHA-256")]
    for entry in key_file.read(options.file):
        until = "-" if entry.until is None else f"{entry.until:%Y-%m-%d %H:%M} UTC"
        if entry.until is not None and entry.until <= now:
            until = "expired"
        roles = ",".join(role for role in ROLES if role in entry.key.roles)
        lines.append((entry.key.name, roles, until, f"{entry.sha256[:12]}…"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _known(entries: Sequence[Entry], name: str) -> Key:
    keys = {entry.key.name: entry.key for entry in entries}
    if name not in keys:
        raise InvalidField("NAME", name, "one of " + (", ".join(sorted(keys)) or "no names"))
    return keys[name]


def _written(file: Path, entries: Sequence[Entry], key: Key) -> str:
    """Add a new key to a file, and return it."""
    secret = PREFIX + secrets.token_urlsafe(BYTES)
    _write(file, key_file.render([*entries, Entry(key, digest(secret))]))
    return secret


def _write(file: Path, text: str) -> None:
    """Replace a file in one step; it keeps its mode and its owner."""
    old = file.stat() if file.exists() else None
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(MODE if old is None else old.st_mode)
    if old is not None and old.st_uid != os.geteuid():
        os.chown(fresh, old.st_uid, old.st_gid)
    fresh.replace(file)


if __name__ == "__main__":
    sys.exit(main())
