"""Reads the lock of a task."""

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from training.errors import RegistryRefused


def locked_bundle(lock: str) -> str | None:
    """Return DVC's hash of the bundle's folder; None if no bundle was exported yet.

    lock: the text of a task's dvc.lock.
    Raises RegistryRefused if DVC did not write it so.
    """
    try:
        stage = YAML(typ="safe").load(lock)["stages"].get("export")
        return None if stage is None else str(stage["outs"][0]["md5"])
    except (YAMLError, LookupError, TypeError, AttributeError) as error:
        expected = "expected the file as DVC wrote it, without marks of a conflict"
        raise RegistryRefused(f"dvc.lock: got no stages with outputs, {expected}") from error
