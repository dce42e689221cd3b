"""Removes a task's files from the working tree, and the links to them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

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
    for report in sorted((root / "docs" / "examples").glob("*/report.md")):
        if report.read_text(encoding="utf-8").startswith(REPORT.format(name=name)):
            yield report.parent


def remove(name: str, root: Path = Path()) -> list[Path]:
    """Delete a task's folders and return them. Links to them become plain text."""
    found = list(belongings(name, root))
    for place in found:
        shutil.rmtree(place)
    for line in _git(root, "ls-files", "*.md"):
        if (root / line).is_file():
            _unlink(root / line, found)
    return found


def mentions(name: str, root: Path = Path()) -> list[str]:
    """Return the documents that have the task's name as a word."""
    documents = ("*.md", "Makefile", ":!CHANGELOG.md", ":!docs/decisions", ":!tests")
    return _git(root, "grep", "--files-with-matches", "--word-regexp", name, "--", *documents)


def _unlink(file: Path, removed: list[Path]) -> None:
    """Replace each link of a Markdown file into the removed folders by its text."""
    gone = [place.resolve() for place in removed]

    def plain(link: re.Match[str]) -> str:
        target = (file.parent / link[2]).resolve()
        return link[1] if any(target.is_relative_to(place) for place in gone) else link[0]

    text = file.read_text(encoding="utf-8")
    if (without := LINK.sub(plain, text)) != text:
        file.write_text(without, encoding="utf-8")


def _git(root: Path, *command: str) -> list[str]:
    done = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()
