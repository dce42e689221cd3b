"""Where a task's files are, from the repository's root."""

from pathlib import Path

TASKS = Path("training", "tasks")
DATA = Path("data")
# A task's base rows, where they are a file.
ROWS = "rows.parquet"


def folder(task: str) -> Path:
    """Return the folder of a task: its code, parameters, stages and lock."""
    return TASKS / task


def params_file(task: str) -> Path:
    """Return the file of a task's parameters."""
    return folder(task) / "params.yaml"


def stages_file(task: str) -> Path:
    """Return the file of a task's DVC stages."""
    return folder(task) / "dvc.yaml"


def lock_file(task: str) -> Path:
    """Return the lock of a task's DVC stages."""
    return folder(task) / "dvc.lock"


def digest_file(task: str) -> Path:
    """Return the file with the digest of a task's bundle, in the format of sha256sum."""
    return folder(task) / "bundle.sha256"


def data_folder(task: str) -> Path:
    """Return the folder of a task's data: at least the collected feedback."""
    return DATA / task


def rows_file(task: str) -> Path:
    """Return the file of a task's base rows."""
    return data_folder(task) / ROWS
