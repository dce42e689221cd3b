"""Puts a data file under DVC, which leaves a small .dvc file in git."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from training.errors import NotTracked

# Puts a file under DVC, or raises NotTracked.
Track = Callable[[Path], None]


def dvc_file(file: Path) -> Path:
    """Return the .dvc file that git keeps in place of a tracked file."""
    return file.with_name(file.name + ".dvc")


def dvc_add(file: Path) -> None:
    """Put a file under DVC.

    Raises NotTracked.
    """
    # Without --quiet, which would hide errors.
    command = [sys.executable, "-m", "dvc", "add", file.name]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotTracked(f"dvc add {file}: {(done.stderr or done.stdout).strip()}")
