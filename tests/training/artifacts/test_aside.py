"""Folders to write in beside their place: none outlives its process for long."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from training.artifacts.aside import aside

WRITER = """
import sys, pathlib
from training.artifacts.aside import aside

with aside(pathlib.Path(sys.argv[1])) as place:
    (place / "model").write_text("half")
    print(flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has begun to write."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None and process.stdout.readline()
        yield process
        process.kill()


def test_what_a_killed_process_left_is_cleared_by_the_next(
    tmp_path: Path, writer: subprocess.Popen[bytes]
) -> None:
    """A training that is killed a hundred times leaves no hundred models."""
    writer.kill()
    writer.wait()
    assert len(list(tmp_path.iterdir())) == 1
    with aside(tmp_path) as place:
        assert [*tmp_path.iterdir()] == [place]
    assert not [*tmp_path.iterdir()]


def test_what_another_process_writes_stays(tmp_path: Path, writer: subprocess.Popen[bytes]) -> None:
    """Two backtests may train at once."""
    with aside(tmp_path), aside(tmp_path):
        assert len(list(tmp_path.iterdir())) == 3
    (theirs,) = tmp_path.iterdir()
    assert (theirs / "model").read_text() == "half"
