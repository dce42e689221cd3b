"""Opens the bundle that main deployed."""

from pathlib import Path

from perennial import bundle as bundles
from perennial.bundle import Bundle
from perennial.errors import BundleRejected
from training.errors import BundleUnusable


def open_bundle(task: str, folder: Path) -> Bundle:
    """Load the bundle of a task. Raises BundleUnusable."""
    try:
        found = bundles.load(folder)
    except BundleRejected as error:
        raise BundleUnusable(folder, f"{error}, or run 'dvc pull {folder}'") from error
    if found.manifest.task != task:
        raise BundleUnusable(folder, f"task is {found.manifest.task!r}, expected {task!r}")
    return found
