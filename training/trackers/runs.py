"""The file runs.json beside a model: the tracked run that made it, and where to see that run."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME = "runs.json"


@dataclass(frozen=True)
class Runs:
    """name: of the run.  links: an address, a command or a folder, by tracker."""

    name: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, model: Path) -> "Runs":
        """Return what stands beside a model; nothing if it was trained before there was a file."""
        file = model / NAME
        return cls(**json.loads(file.read_bytes())) if file.exists() else cls()

    def write(self, model: Path) -> None:
        """Write the file beside a model."""
        (model / NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
