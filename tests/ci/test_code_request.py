"""A merge request of code, run for real: every check of it, and what GitLab can show of them."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.ci import pipeline_files
from tests.ci.stage import Project, project
from tests.trees import Tree

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1800)]


class Checked(NamedTuple):
    """A project, and the pipeline of its merge request."""

    project: Project
    pipeline: int


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory, trained_tree: Tree) -> Iterator[Checked]:
    """The pipeline, run once."""
    with project(tmp_path_factory.mktemp("code"), trained_tree) as running:
        running.push("main")
        running.server.settle(300)
        request = running.propose("code", {"monitoring/preview/note.py": '"""A note."""\n'})
        running.server.settle(600)
        yield Checked(running, running.head(request))


def test_a_merge_request_of_code_is_checked(checked: Checked) -> None:
    """Format, lint, types, contracts, tests and links, and no training; no log has a warning."""
    running, pipeline = checked
    jobs = ("black", "flake8", "mypy", "contracts", "test", "links")
    found = running.server.statuses(pipeline)
    assert found == dict.fromkeys(jobs, "success"), running.traces(pipeline)
    for name in jobs:
        assert pipeline_files.WARNING.findall(running.server.trace(pipeline, name)) == [], name


def test_gitlab_can_show_what_the_checks_found(checked: Checked) -> None:
    """JUnit, Cobertura with coverage of the pipeline, and code quality from flake8 and mypy."""
    running, pipeline = checked
    junit = ElementTree.fromstring(running.report(pipeline, "test", "junit"))
    assert int(junit.find("testsuite").attrib["tests"]) > 10  # type: ignore[union-attr]
    cobertura = ElementTree.fromstring(running.report(pipeline, "test", "cobertura"))
    assert {"perennial/statistics/paired.py", "perennial/signals/binner.py"} <= {
        str(found.get("filename")) for found in cobertura.iter("class")
    }
    for job in ("flake8", "mypy"):
        assert json.loads(running.report(pipeline, job, "codequality")) == []
    shown = running.server.project("GET", f"/pipelines/{pipeline}")
    assert 0 < float(shown["coverage"]) < 100
