"""`python -m service.keys`."""

import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from perennial.http import key_file
from perennial.http.keys import Entry, Key, Keys, digest
from service.keys import main


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the keys go; nothing is there yet."""
    return tmp_path / "new" / "keys"


def run(file: Path, *words: str) -> int:
    """Run the command."""
    return main(["--file", str(file), *words])


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what it printed."""
    return capsys.readouterr().out.strip()


def test_a_key_is_shown_once_and_only_its_digest_is_kept(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file that is new can be read by its owner alone."""
    assert run(file, "add", "shop", "--role", "predict", "--role", "feedback") == 0
    secret = printed(capsys)
    assert len(secret) == len("perennial_") + 43 and secret not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    holder = Keys(key_file.read(file)).find(secret.encode())
    assert holder is not None and holder.key.roles == {"predict", "feedback"}


def test_keys_differ(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is random."""
    made = set()
    for name in ("a", "b", "c"):
        run(file, "add", name, "--role", "predict")
        made.add(printed(capsys))
    assert len(made) == 3


def test_a_rotated_key_is_valid_on_for_the_overlap(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Old and new key work; a day later only the new one does."""
    run(file, "add", "shop", "--role", "predict")
    old = printed(capsys)
    file.chmod(0o644)
    run(file, "rotate", "shop")
    new = printed(capsys)
    entries = key_file.read(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    now = Keys(entries)
    assert now.find(old.encode()) and now.find(new.encode())
    assert entries[0].until is not None
    later = Keys(entries, clock=lambda: entries[0].until.timestamp())  # type: ignore[union-attr]
    assert later.find(old.encode()) is None and later.find(new.encode())


def test_a_second_rotation_does_not_lengthen_the_first(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the ended one is dropped from the file."""
    run(file, "add", "shop", "--role", "predict")
    run(file, "rotate", "shop", "--overlap-hours", "1")
    first = key_file.read(file)[0].until
    run(file, "rotate", "shop", "--overlap-hours", "100")
    assert key_file.read(file)[0].until == first
    assert len(key_file.read(file)) == 3
    run(file, "rotate", "shop", "--overlap-hours", "0")
    assert len(key_file.read(file)) == 1


def test_a_name_is_revoked_with_all_its_keys(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others stay. The last one can go too, and then nobody has a key."""
    run(file, "add", "me", "--role", "admin")
    run(file, "add", "shop", "--role", "predict")
    run(file, "rotate", "shop")
    assert run(file, "revoke", "shop") == 0
    assert [entry.key.name for entry in key_file.read(file)] == ["me"]
    capsys.readouterr()
    assert run(file, "revoke", "me") == 0 and key_file.read(file) == ()
    assert capsys.readouterr().out.startswith("me: revoked; the file has no keys now")
    assert run(file, "revoke", "me") == 2
    assert "NAME: got 'me', expected one of no names" in capsys.readouterr().err
    assert run(file, "add", "me", "--role", "admin") == 0 and len(key_file.read(file)) == 1


def test_a_revoked_key_is_not_brought_back_by_another_change(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who changes the file waits for a change that has begun, and reads what it wrote."""
    run(file, "add", "shop", "--role", "predict")
    run(file, "add", "me", "--role", "admin")
    lock = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    begun = key_file.read(file)
    revoking = Thread(target=run, args=(file, "revoke", "shop"))
    revoking.start()
    revoking.join(0.3)
    later = Entry(Key("later", frozenset({"predict"})), digest("later"))
    file.write_text(key_file.render([*begun, later]), encoding="utf-8")
    os.close(lock)
    revoking.join()
    assert [entry.key.name for entry in key_file.read(file)] == ["me", "later"]


def test_the_list_has_names_roles_and_ends(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And no key."""
    run(file, "add", "shop", "--role", "feedback", "--role", "predict")
    run(file, "rotate", "shop")
    secrets = printed(capsys).split()
    file.write_text(file.read_text() + f"old admin {'0' * 64} 2020-01-01T00:00:00+00:00\n")
    run(file, "list")
    lines = printed(capsys).splitlines()
    assert lines[0].split() == ["name", "roles", "valid", "until", "SHA-256"]
    assert lines[1].split()[:2] == ["shop", "predict,feedback"] and " UTC " in lines[1]
    assert lines[2].split()[:3] == ["shop", "predict,feedback", "-"]
    assert lines[3].split()[:3] == ["old", "admin", "expired"]
    assert not any(secret in "\n".join(lines) for secret in secrets)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("add", "shop", "--role", "predict"), "NAME: got 'shop', expected a name without a key"),
        (("add", "two words", "--role", "predict"), "NAME: got 'two words'"),
        (("add", "unknown", "--role", "predict"), "none of anonymous, unknown"),
        (("rotate", "shopp"), "NAME: got 'shopp', expected one of shop"),
        (("revoke", "shopp"), "NAME: got 'shopp', expected one of shop"),
        (("rotate", "shop", "--overlap-hours", "-1"), "--overlap-hours: got -1.0"),
        (("rotate", "shop", "--overlap-hours", "nan"), "--overlap-hours: got nan"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    file: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], problem: str
) -> None:
    """One sentence says why."""
    run(file, "add", "shop", "--role", "predict")
    before = file.read_bytes()
    assert run(file, *words) == 2
    assert problem in capsys.readouterr().err and file.read_bytes() == before


def test_it_runs_with_python_alone(file: Path) -> None:
    """So keys of a stack in containers can be made on its host, which has no packages."""
    command = [sys.executable, "-S", "-m", "service.keys", "--file", str(file)]
    done = subprocess.run([*command, "add", "a", "--role", "admin"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("perennial_")


def test_a_link_is_followed(file: Path, tmp_path: Path) -> None:
    """What the service reads is changed, and the link stays one."""
    for name in ("shop", "leaked"):
        assert run(file, "add", name, "--role", "predict") == 0
    link = tmp_path / "link"
    link.symlink_to(file)
    assert run(link, "revoke", "leaked") == 0
    assert link.is_symlink() and "leaked" not in file.read_text()
