"""Reads the files that publishers of rows offer, from the folder that PERENNIAL_DATA names."""

import os
from pathlib import Path

import pytest

from training.task.published import Published


def published_files(published: Published) -> list[bytes]:
    """Return the bytes of each file; skip the test where one is not there."""
    folder = os.environ.get("PERENNIAL_DATA", "")
    files = [Path(folder, name) for name in published.local]
    if not folder or not all(file.is_file() for file in files):
        pytest.skip(f"PERENNIAL_DATA names no folder with {' and '.join(published.local)}")
    return [file.read_bytes() for file in files]
