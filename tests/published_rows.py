"""Reads the files that publishers of rows offer, from the folder that PERENNIAL_DATA names."""

import os
from pathlib import Path

import pytest

from training.task.published import Published


def published_file(published: Published) -> bytes:
    """Return the file's bytes; skip the test where it is not there."""
    folder = os.environ.get("PERENNIAL_DATA", "")
    file = Path(folder, published.local)
    if not folder or not file.is_file():
        pytest.skip(f"PERENNIAL_DATA names no folder with {published.local}")
    return file.read_bytes()
