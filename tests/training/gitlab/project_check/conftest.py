"""A forge whose project has everything, and its administrator."""

from collections.abc import Iterator

import pytest

from tests.demo.forge.fixtures import ForgeServer, running_forge, seed
from tests.training.gitlab.project_check.given import COMPLETE, PIPELINE, SCHEDULE, Administrator

# In gitlab-ci-local's place, which takes a second to find the file right.
CONTENT = """#!/bin/sh
for word; do case $word in --state-dir=*) state=${word#*=} ;; esac; done
echo '{"stages": []}' >"$state/expanded-gitlab-ci.yml"
echo '[]'
"""


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge with a project that has everything."""
    folder = tmp_path_factory.mktemp("forge")
    tool = folder / "content"
    tool.write_text(CONTENT)
    tool.chmod(0o755)
    with running_forge(folder, gitlab_ci_local=str(tool), **COMPLETE) as server:
        seed(server, {".gitlab-ci.yml": PIPELINE})
        server.project("POST", "/pipeline_schedules", data=SCHEDULE)
        yield server


@pytest.fixture
def administrator(forge: ForgeServer) -> Administrator:
    """Somebody who may change the settings, which are complete at first."""
    found = Administrator(forge)
    found.sets()
    return found
