"""A file that was uploaded to the project."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Upload:
    """The file, its name, and the secret in its address."""

    id: int
    secret: str
    name: str
    content: bytes
