"""Reads the lock of a task."""

from ruamel.yaml import YAML


def locked_bundle(lock: str) -> str | None:
    """Return DVC's hash of the bundle's folder; None if no bundle was exported yet.

    lock: the text of a task's dvc.lock.
    """
    stage = YAML(typ="safe").load(lock)["stages"].get("export")
    return None if stage is None else str(stage["outs"][0]["md5"])
