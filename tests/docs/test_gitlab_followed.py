"""docs/gitlab.md, followed by its words alone, leads to a project without a finding."""

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
    check,
    findings,
)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administrator]:
    """A project as GitLab makes it, for which somebody has followed the guide."""
    with still_forge(tmp_path_factory.mktemp("forge"), **EMPTY) as server:
        seed(server, {".gitlab-ci.yml": PIPELINE})
        assert findings(server.url)[0] == 1
        known = guide.follow(server, BOSS, next_year=NEXT_YEAR)
        yield Administrator(server, known)


def test_the_guide_leads_to_no_finding(followed: Administrator) -> None:
    """Every check is content at the end, and the command exits with 0."""
    followed.sets()
    said = check(followed.url, "--json")
    rest = {name: row["found"] for name, row in said.found().items() if row["status"] != "ok"}
    assert (rest, said.code) == ({}, 0)


def test_the_guides_optional_variables_lead_to_no_finding_either(followed: Administrator) -> None:
    """Each as its line in the table says: environment, masked, protected, type."""
    followed.sets()
    words = {"AUTO_MERGE": "true", "MODEL_REGISTRY": "true", "TRAIN_LOCK": "training"}
    words |= {"DEPLOY_TARGET": "local", "TRAIN_RUNNER": "gpu"}
    words |= {"TRAIN_IMAGE": guide.CHOSEN["PYTHON_IMAGE"]}
    for wish in guide.variables(required=False):
        value = words.get(wish["key"], "chosen-by-the-reader")
        followed.server.project("POST", "/variables", BOSS, json=wish | {"value": value})
    found = findings(followed.url)[1]
    rest = {name: row["found"] for name, row in found.items() if row["status"] != "ok"}
    assert rest == {}


def test_every_setting_that_the_check_reads_is_in_the_guide() -> None:
    """The guide sets each field of the project for which the check has a finding."""
    fields = {name for step in guide.steps() for name in step.fields if step.method == "PUT"}
    assert fields >= {
        "only_allow_merge_if_pipeline_succeeds",
        "allow_merge_on_skipped_pipeline",
        "ci_allow_fork_pipelines_to_run_in_parent_project",
        "ci_separated_caches",
        "ci_pipeline_variables_minimum_override_role",
        "protect_merge_request_pipelines",
        "container_registry_access_level",
    }
