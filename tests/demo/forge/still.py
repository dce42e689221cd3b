"""A forge without pipelines: a program stands in for the tool and finds no jobs, at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.demo.forge.fixtures import ForgeServer, running_forge

CONTENT = """#!/bin/sh
for word; do case $word in --state-dir=*) state=${word#*=} ;; esac; done
echo '{"stages": []}' >"$state/expanded-gitlab-ci.yml"
echo '[]'
"""


@contextmanager
def still_forge(folder: Path, **more: Any) -> Iterator[ForgeServer]:
    """Serve a forge that finds every pipeline's file right, and empty."""
    tool = folder / "content"
    tool.write_text(CONTENT)
    tool.chmod(0o755)
    with running_forge(folder, gitlab_ci_local=str(tool), **more) as server:
        yield server
