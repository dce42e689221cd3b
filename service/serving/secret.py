"""A bundle whose sensitive columns are stored as hashes needs the service's secret."""

from collections.abc import Callable
from pathlib import Path

from perennial.bundle import MANIFEST
from perennial.errors import BundleRejected
from perennial.kinds.input_kind import InputKind
from service.serving.loaded import Loaded
from service.settings import Settings

VARIABLE = Settings.variable("hash_secret")


class SecretMissing(BundleRejected):
    """The service has no secret to hash with: it would lose what the bundle wants to keep."""

    def __init__(self, columns: list[str]) -> None:
        needed = f"hashes {', '.join(columns)}, expected a service with {VARIABLE}"
        super().__init__(MANIFEST, needed, reason="secret")

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


def hashed(kind: InputKind) -> list[str]:
    """Return the names of what is stored as a hash."""
    return [name for name, done in kind.sensitive.items() if done == "hash"]


def with_secret(load: Callable[[Path], Loaded], settings: Settings) -> Callable[[Path], Loaded]:
    """Return a `load` that raises SecretMissing where the secret that a bundle needs is not set."""

    def checked(path: Path) -> Loaded:
        loaded = load(path)
        columns = hashed(loaded.bundle.manifest.input)
        if columns and settings.hash_secret is None:
            raise SecretMissing(columns)
        return loaded

    return checked
