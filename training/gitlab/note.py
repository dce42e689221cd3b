"""A report's note, for both programs that post it: its marker, its files, its greatest length.

This module and its imports use Python 3.8's standard library only: CML's image has nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path

from training.errors import MissingArtifact, ReportRefused

REPORT = "report.md"
# Images and links: CML uploads the files of both.
ADDRESS = re.compile(r'(!?\[(?:\\.|[^\]\\\n])*\]\()([^)\s]+)((?: "[^"\n]*")?\))')
# Bytes: newer GitLabs accept 1,048,576 of them, older ones 1,000,000 characters, CML one less. An
# upload's address is longer than its name, and CML appends a watermark to a note.
LIMIT = 1_000_000
PER_UPLOAD = len("/uploads//") + 32
WATERMARK = 200


def marker(task: str) -> str:
    """Return the hidden comment that a task's report begins with.

    >>> marker("digits")
    '<!-- perennial-report: digits -->'
    """
    return f"<!-- perennial-report: {task} -->"


def bundle_marker(digest: str) -> str:
    """Return the hidden comment by which the report of a bundle is found again.

    >>> bundle_marker("9f2c")
    '<!-- perennial-bundle: 9f2c -->'
    """
    return f"<!-- perennial-bundle: {digest} -->"


def is_report(body: str, task: str) -> bool:
    """Return whether a note is a task's report.

    >>> is_report("<!-- perennial-report: digits -->\\n\\n# Report", "digits")
    True
    """
    return body.startswith(marker(task))


def file_of(folder: Path, address: str) -> Path | None:
    """Return the file of the report's folder that an address names, or None."""
    inside = Path(address).name == address and (folder / address).is_file()
    return folder / address if inside else None


def read(folder: Path) -> str:
    """Return a report's text.

    Raises MissingArtifact, and ReportRefused if its note would be too long.
    """
    path = folder / REPORT
    if not path.is_file():
        raise MissingArtifact(path)
    text = path.read_text(encoding="utf-8")
    uploads = sum(file_of(folder, found[2]) is not None for found in ADDRESS.finditer(text))
    # In UTF-8, which has no fewer bytes than there are characters in Ruby or in JavaScript.
    size = len(text.encode()) + uploads * PER_UPLOAD + WATERMARK
    if size > LIMIT:
        raise ReportRefused(
            f"{path}: its note would have {size} bytes, expected at most {LIMIT}; "
            "remove something, such as rows of the longest table"
        )
    return text


def read_for(task: str, folder: Path) -> str:
    """Return a task's report, which must begin with the marker by which its note is found again.

    Raises MissingArtifact, ReportRefused.
    """
    text = read(folder)
    first = text.partition("\n")[0]
    if first != marker(task):
        raise ReportRefused(
            f"{folder / REPORT}: the first line is {first[:80]!r}, expected {marker(task)!r}; "
            f"write it with 'python -m training.report --task {task}'"
        )
    return text


def stands_in(description: str, report: str) -> bool:
    """Return whether a merge request's description already has the report of the same bundle."""
    bundle = re.search(bundle_marker(r"\w+"), report)
    return bundle is not None and bundle[0] in description
