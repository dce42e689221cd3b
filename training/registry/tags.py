"""Creates the registry's tags through GTO."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gto import api as gto
from gto.exceptions import GTOException

from training.errors import RegistryRefused
from training.gitlab.git import Author
from training.registry.versions import STAGE


@dataclass(frozen=True)
class Tags:
    """Creates tags in a checkout through GTO. Every method raises RegistryRefused."""

    task: str
    root: Path
    author: Author

    def add_version(self, version: str, message: str) -> str:
        """Tag HEAD with a version and return the tag's name."""
        return self._create(gto.register, ref="HEAD", version=version, message=message)

    def put_into_production(self, version: str, message: str) -> str:
        """Tag a version's commit with the stage and return the tag's name."""
        # Forced: GTO refuses to put a version into a stage where it has been before.
        return self._create(gto.assign, stage=STAGE, version=version, message=message, force=True)

    def _create(self, action: Callable[..., Any], **tag: Any) -> str:
        by = {"author": self.author.name, "author_email": self.author.email}
        try:
            made = action(str(self.root), name=self.task, **tag, **by)
        except GTOException as error:
            raise RegistryRefused(f"{self.task}@{tag['version']}: GTO refuses: {error}") from error
        return str(made.tag)
