"""Caches of jobs: kept by key, apart for protected branches and tags where the project says so.

Source: app/models/ci/build.rb of GitLab, `cache`.
"""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from demo.forge.configuration import Config
from demo.forge.records.job import Cache, JobSpec


class Caches:
    """Caches under a folder, as a runner without a shared store keeps them."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._folder = folder
        self._config = config

    def restore(self, spec: JobSpec, checkout: Path, *, protected: bool) -> None:
        """Copy what earlier jobs left into a checkout; protected: the job's branch or tag is."""
        for cache, kept in self._of(spec, checkout, protected=protected):
            if "pull" in cache.policy and kept.is_dir():
                shutil.copytree(kept, checkout, dirs_exist_ok=True, symlinks=True)

    def keep(self, spec: JobSpec, checkout: Path, *, protected: bool) -> None:
        """Keep a successful job's files for later ones."""
        for cache, kept in self._of(spec, checkout, protected=protected):
            if "push" not in cache.policy:
                continue
            for path in cache.paths:
                if (source := checkout / path).is_dir():
                    shutil.rmtree(kept / path, ignore_errors=True)
                    shutil.copytree(source, kept / path, symlinks=True)

    def _of(
        self, spec: JobSpec, checkout: Path, *, protected: bool
    ) -> Iterator[tuple[Cache, Path]]:
        for cache in spec.caches:
            key = _key(cache, checkout)
            if self._config.settings.get("ci_separated_caches"):
                apart = protected and not cache.unprotect
                key += "-protected" if apart else "-non_protected"
            yield cache, self._folder / quote(key, safe="")


def _key(cache: Cache, checkout: Path) -> str:
    """Return the key; GitLab hashes the files' last commits, this their content."""
    if not cache.files:
        return cache.key
    known = [file for name in cache.files if (file := checkout / name).is_file()]
    digest = hashlib.sha1(b"".join(file.read_bytes() for file in known)).hexdigest()
    return "-".join(filter(None, (cache.key, digest if known else "default")))
