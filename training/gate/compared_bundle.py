"""A bundle that the gate compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ComparedBundle:
    """The version and digest of a compared bundle."""

    version: str
    digest: str
