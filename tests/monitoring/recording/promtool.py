"""Asks promtool about rules of which nothing is expected, so that it says what it got."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.prometheus import ENVIRONMENT

SECONDS = 500


def said(folder: Path, document: Mapping[str, Any]) -> str:
    """Return what promtool says of a case whose rules lie in a folder."""
    (folder / "case.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    command = ("promtool", "test", "rules", "case.yml")
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=SECONDS
    )
    return done.stderr or done.stdout


def got(folder: Path, document: Mapping[str, Any], many: int) -> list[str]:
    """Return the lines with what it got, of which there are so many."""
    text = said(folder, document)
    lines = [line for line in text.splitlines() if line.strip().startswith("got:")]
    assert len(lines) == many, text[:4000]
    return lines
