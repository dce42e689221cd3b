"""A data file under DVC: what stands for it in git, and how it gets there."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from training.errors import CollectRefused

# Puts a file under DVC, or raises CollectRefused.
Track = Callable[[Path], None]


def dvc_file(file: Path) -> Path:
    """Return the small file that stands in git for a tracked one."""
    return file.with_name(file.name + ".dvc")


def dvc_add(file: Path) -> None:
    """Put a file under DVC.

    Raises CollectRefused.
    """
    # Without --quiet, which would hide what went wrong.
    command = [sys.executable, "-m", "dvc", "add", file.name]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CollectRefused(f"dvc add {file}: {(done.stderr or done.stdout).strip()}")
