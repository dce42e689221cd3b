"""Files of results, one for each policy and phase, named by all that decides them."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from backtest.outcome import Outcome

# Folders and files whose code decides what a model is, and whose code decides anything else; and
# the packages that compute it.
MODELS = (
    *("training/artifacts", "training/models", "training/model", "training/stages"),
    *("training/task", "training/params.py", "training/feedback"),
    *("perennial/kinds", "perennial/signals", "perennial/bundle", "perennial/statistics"),
)
PACKAGES = (
    *("keras", "numpy", "onnx", "onnxruntime", "pillow", "pyarrow", "scikit-learn", "scipy"),
    *("skl2onnx", "tensorflow", "tf2onnx"),
)
DECISIONS = ("backtest", "monitoring", "perennial", "training")


class Store:
    """Reads a result that is there, or makes it and writes it, so that a second run goes on.

    folder: of the files.  decided: the digest of all that decides them but policy and phase.
    """

    def __init__(self, folder: Path, decided: str) -> None:
        self._folder = folder
        self._decided = decided

    def outcome(self, policy: str, phase: int, make: Callable[[], Outcome]) -> Outcome:
        """Return the result of a policy in a phase."""
        file = self._file(policy, phase)
        if file.exists():
            return Outcome.model_validate_json(file.read_text(encoding="utf-8"))
        found = make()
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(f".{os.getpid()}")
        aside.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
        os.replace(aside, file)
        return found

    def _file(self, policy: str, phase: int) -> Path:
        name = re.sub(r"\W+", "-", policy.lower())
        return self._folder / f"{name}.{phase}.{self._decided[:12]}.json"


def digest(*parts: str | bytes) -> str:
    """Return one digest of texts and bytes in order."""
    found = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()


def code(folders: Iterable[str], root: Path) -> str:
    """Return the digest of all code in folders of the repository, and of what it computes with."""
    places = [root / folder for folder in folders]
    files = sorted(
        file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))
    )
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    return digest(*versions, *(part for file in files for part in (str(file), file.read_bytes())))
