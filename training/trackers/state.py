"""How far a run has been sent to one tracker, in a file, so that another process can go on."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class State:
    """offset: bytes of the spool that were sent.  known: the tracker's id of the run."""

    offset: int = 0
    known: str = ""
    link: str = ""

    @classmethod
    def read(cls, folder: Path, tracker: str) -> "State":
        """Return what was sent of the run in a folder; nothing where the file is not there."""
        file = _file(folder, tracker)
        return cls(**json.loads(file.read_bytes())) if file.exists() else cls()

    @classmethod
    def all(cls, folder: Path) -> list[tuple[str, "State"]]:
        """Return what was sent of the run in a folder to each tracker that has some of it."""
        names = sorted(file.stem for file in folder.glob("*.json"))
        return [(name, cls.read(folder, name)) for name in names]

    def write(self, folder: Path, tracker: str) -> None:
        """Replace the file, whole."""
        file = _file(folder, tracker)
        aside = file.with_suffix(".new")
        aside.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
        aside.replace(file)


def _file(folder: Path, tracker: str) -> Path:
    return folder / f"{tracker}.json"
