"""Reads and writes the JSON files that stages pass on."""

import json
from pathlib import Path
from typing import Any

from training.errors import MissingArtifact


def read_json(file: Path) -> Any:
    """Read a JSON file of an earlier stage. Raises MissingArtifact."""
    if not file.exists():
        raise MissingArtifact(file)
    return json.loads(file.read_text(encoding="utf-8"))


def write_json(file: Path, document: object) -> None:
    """Write an indented JSON file."""
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
