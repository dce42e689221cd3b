"""Changes files together or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace(file: Path, content: bytes) -> None:
    """Replace a file's content in one step, so that no reader sees half of it."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_bytes(content)
    os.replace(fresh, file)


@contextmanager
def unchanged_on_failure(*files: Path) -> Iterator[None]:
    """Restore the files if the block raises."""
    before = {file: file.read_bytes() if file.exists() else None for file in files}
    try:
        yield
    except BaseException:
        for file, content in before.items():
            if content is None:
                file.unlink(missing_ok=True)
            elif not file.exists() or file.read_bytes() != content:
                replace(file, content)
        raise
