"""Removes a task's files from the working tree, and the links to them."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ruamel.yaml import YAML

from training.task.files import data_folder, folder

# The first line of a report; see training/gitlab/note.py.
REPORT = "<!-- perennial-report: {name} -->"
LINK = re.compile(r"!?\[([^\]\n]*)\]\(([^)#\s]+)\)")


def belongings(name: str, root: Path) -> Iterator[Path]:
    """Yield the folders that are a task's own: code, data, tests, outputs, example reports."""
    for place in (
        folder(name),
        data_folder(name),
        Path("tests", "training", "tasks", name),
        Path("artifacts", name),
    ):
        if (root / place).exists():
            yield root / place
    for report in sorted((root / "docs" / "examples").rglob("report.md")):
        if report.read_text(encoding="utf-8").startswith(REPORT.format(name=name)):
            yield report.parent


def unsaved(name: str, root: Path = Path()) -> list[str]:
    """Return the files of a task that git does not have as they are, so that none could return.

    They were never committed, have changed since, or are ignored. Rows that DVC's cache has count
    as saved if a committed .dvc file stands for them. Outputs are made again, and what a folder
    links to stays where it is.
    """
    outputs = root / "artifacts"
    places = [
        place
        for place in belongings(name, root)
        if not place.is_relative_to(outputs) and not place.is_symlink()
    ]
    if not places:
        return []
    paths = [str(place.relative_to(root)) for place in places]
    committed = set(_git(root, "ls-tree", "-r", "--name-only", "HEAD", "--", *paths))
    saved = committed - set(_git(root, "diff", "--name-only", "--relative", "HEAD", "--", *paths))
    files = (file for place in places for file in place.rglob("*") if not file.is_dir())
    found = {str(file.relative_to(root)) for file in files if file.parent.name != "__pycache__"}
    cache = _cache(root) if any(file.endswith(".dvc") for file in saved) else None
    return sorted(file for file in found - saved if not _in_dvc(root, file, saved, cache))


def remove(name: str, root: Path = Path()) -> list[Path]:
    """Delete a task's folders and return them. Links to them become plain text."""
    found = list(belongings(name, root))
    for place in found:
        if place.is_symlink():
            place.unlink()
        else:
            shutil.rmtree(place)
    unlink(found, root)
    return found


def unlink(removed: Sequence[Path], root: Path = Path()) -> None:
    """Turn links into folders that are gone into plain text, in every document."""
    for line in _git(root, "ls-files", "*.md"):
        if (root / line).is_file():
            _unlink(root / line, removed)


def mentions(name: str, root: Path = Path()) -> list[str]:
    """Return the documents and settings that name the task, or end a variable's name with it."""
    word = f"(^|[^a-z0-9]){name}([^a-z0-9_]|$)"
    kinds = ("*.md", "Makefile", "*.yml", "*.yaml", ".env*", "*.env")
    history = (":!CHANGELOG.md", ":!docs/decisions", ":!tests")
    found = _git(
        root, "grep", "--files-with-matches", "--extended-regexp", word, "--", *kinds, *history
    )
    # Compose reads it, and git ignores it.
    settings = root / ".env"
    if settings.is_file() and re.search(f"(?m){word}", settings.read_text(encoding="utf-8")):
        found.append(settings.name)
    return sorted(set(found))


def _unlink(file: Path, removed: Sequence[Path]) -> None:
    """Replace each link of a Markdown file into the removed folders by its text."""
    gone = [place.resolve() for place in removed]

    def plain(link: re.Match[str]) -> str:
        target = (file.parent / link[2]).resolve()
        return link[1] if any(target.is_relative_to(place) for place in gone) else link[0]

    text = file.read_text(encoding="utf-8")
    if (without := LINK.sub(plain, text)) != text:
        file.write_text(without, encoding="utf-8")


def _in_dvc(root: Path, name: str, saved: set[str], cache: Path | None) -> bool:
    """Tell whether a committed .dvc file stands for these very bytes, and DVC's cache has them."""
    file = root / name
    places = (file, *(path for path in file.parents if path.is_relative_to(root)))
    tracked = next((path for path in places if f"{path.relative_to(root)}.dvc" in saved), None)
    if tracked is None or cache is None or not file.is_file():
        return False
    text = tracked.with_name(f"{tracked.name}.dvc").read_text(encoding="utf-8")
    digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
    if not _object(cache, digest).is_file():
        return False
    listed = [str(out.get("md5")) for out in YAML(typ="safe").load(text)["outs"]]
    if tracked == file:
        return digest in listed
    entry = {"md5": digest, "relpath": file.relative_to(tracked).as_posix()}
    folders = (_object(cache, md5) for md5 in listed if md5.endswith(".dir"))
    return any(entry in json.loads(folder.read_text()) for folder in folders if folder.is_file())


def _object(cache: Path, digest: str) -> Path:
    """Return where DVC keeps what has a digest."""
    return cache / "files" / "md5" / digest[:2] / digest[2:]


def _cache(root: Path) -> Path | None:
    """Return the folder of DVC's cache; None outside a DVC repository."""
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "cache", "dir"], cwd=root, capture_output=True, text=True
    )
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def _git(root: Path, *command: str) -> list[str]:
    command = ("-c", "core.quotePath=false", *command)  # names as they are
    done = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()
