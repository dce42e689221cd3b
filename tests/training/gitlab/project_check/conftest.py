"""A forge whose project is set up by the guide, and its administrator."""

from collections.abc import Iterator

import pytest

from tests.demo.forge.fixtures import seed
from tests.demo.forge.still import still_forge
from tests.docs import guide
from tests.training.gitlab.project_check.given import (
    BOSS,
    EMPTY,
    NEXT_YEAR,
    PIPELINE,
    Administrator,
)


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administrator]:
    """A project for which somebody has followed the guide, and who did."""
    with still_forge(tmp_path_factory.mktemp("forge"), **EMPTY) as server:
        seed(server, {".gitlab-ci.yml": PIPELINE})
        known = guide.follow(server, BOSS, next_year=NEXT_YEAR)
        yield Administrator(server, known)


@pytest.fixture
def administrator(forge: Administrator) -> Administrator:
    """Somebody who may change the settings, which are as the guide says at first."""
    forge.sets()
    return forge
