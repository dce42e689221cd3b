"""Every flow of .gitlab-ci.yml run for real: the jobs' own scripts, against a forge and a service.

The flow of a trigger is run by tests/loop, where the relay starts it, that of a merge request of
the model by test_examples.py, that of one of code by test_code_request.py. Here a merge request of
documentation, a push to main, tags and a schedule run side by side.
"""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.ci import pipeline_files
from tests.ci.stage import Project, project
from tests.demo.forge.fixtures import commit, git
from tests.trees import TOY, Tree
from training.task.files import lock_file

LOCK = str(lock_file(TOY))
pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.seconds(120),
]


class Played:
    """What happened, by pipeline."""

    def __init__(self, played: Project) -> None:
        self.project = played
        self.server = played.server
        played.push("main")
        self.server.settle(300)
        self.main = self._newest(ref="main")
        self.upload = self._newest(ref="toy@v1.0.0")
        request = played.propose("documentation", {"docs/note.md": "# A note\n"})
        git(played.stage.clone, "tag", "toy#production#7", "main")
        git(played.stage.clone, "tag", "toy#production#8", "documentation")
        for tag in ("toy#production#7", "toy#production#8"):
            git(played.stage.clone, "push", "--quiet", self.server.remote(), tag)
        schedule = {"description": "Nightly", "ref": "main", "cron": "0 3 * * *"}
        number = self.server.project("POST", "/pipeline_schedules", json=schedule)["id"]
        self.server.project("POST", f"/pipeline_schedules/{number}/play")
        self.server.settle(600)
        self.documentation = played.head(request)
        self.tag = self._newest(ref="toy#production#7")
        self.unmerged = self._newest(ref="toy#production#8")
        self.nightly = self._newest(source="schedule")
        self.missing = self._lose_bundle()

    def _newest(self, **filters: str) -> int:
        return int(self.server.newest(**filters)["id"])

    def _lose_bundle(self) -> int:
        """Push a lock to main whose bundle nobody ever pushed to the DVC remote."""
        clone = self.project.stage.clone
        git(clone, "checkout", "--quiet", "--force", "main")
        lock = (clone / LOCK).read_text()
        named = r"(path: artifacts/toy/bundle\s+hash: md5\s+md5: )[0-9a-f]{32}"
        lost, count = re.subn(named, rf"\g<1>{'0' * 32}", lock)
        assert count == 1
        commit(clone, {LOCK: lost}, "Lose the bundle")
        self.project.push("main")
        self.server.settle(300)
        return self._newest(ref="main", source="push")

    def statuses(self, pipeline: int) -> dict[str, str]:
        """Return each job's status, all logs free of what GitLab would warn of."""
        found = self.server.statuses(pipeline)
        for name in found:
            if found[name] == "success":
                assert pipeline_files.WARNING.findall(self.server.trace(pipeline, name)) == [], name
        return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, trained_tree: Tree) -> Iterator[Played]:
    """All flows, run once."""
    with project(tmp_path_factory.mktemp("pipelines"), trained_tree) as running:
        yield Played(running)


def _all_succeed(played: Played, pipeline: int, jobs: set[str]) -> None:
    found = played.statuses(pipeline)
    assert found == dict.fromkeys(jobs, "success"), played.project.traces(pipeline)


def test_a_push_to_main_deploys_and_registers(played: Played) -> None:
    """The bundle that the lock names serves, verified over HTTP, and has its version."""
    found = played.statuses(played.main)
    assert found.pop("rollback") == "skipped"
    expected = dict.fromkeys(("build", "deploy", "verify", "register"), "success")
    assert found == expected, played.project.traces(played.main)
    serving = httpx.get(f"{played.project.stage.service}/model").json()
    assert serving["manifest"]["version"] == "1.0.0"
    tags = git(played.project.stage.clone, "ls-remote", "--tags", played.server.remote()).stdout
    assert "refs/tags/toy@v1.0.0" in tags and "refs/tags/toy#production#1" in tags


def test_the_tag_of_a_registration_deploys_nothing_again(played: Played) -> None:
    """It says what serves already; a version goes to GitLab's model registry."""
    assert played.server.newest(ref="toy#production#1")["status"] == "skipped"
    _all_succeed(played, played.upload, {"model-registry"})


def test_a_merge_request_of_documentation_has_its_links_checked(played: Played) -> None:
    """One quick job, no training."""
    _all_succeed(played, played.documentation, {"links"})


def test_a_production_tag_serves_its_commit(played: Played) -> None:
    """Made by hand, it deploys and verifies, and registers nothing."""
    found = played.statuses(played.tag)
    assert found.pop("rollback") == "skipped"
    expected = dict.fromkeys(("build", "deploy", "verify"), "success")
    assert found == expected, played.project.traces(played.tag)


def test_a_production_tag_on_a_commit_that_was_never_merged_deploys_nothing(
    played: Played,
) -> None:
    """Its build says so, and no other job runs; on a commit of main the same tag deploys."""
    found = played.statuses(played.unmerged)
    assert found == {
        "build": "failed",
        "deploy": "skipped",
        "verify": "skipped",
        "rollback": "success",
    }
    said = played.server.trace(played.unmerged, "build")
    assert "was never merged to origin/main" in said
    assert "no bundle was built" in played.server.trace(played.unmerged, "rollback")


def test_a_schedule_tests_and_fetches(played: Played) -> None:
    """Tests, and every object that the locks of main name."""
    expected = dict.fromkeys(("test", "test-nightly", "stored"), "success")
    assert played.statuses(played.nightly) == expected, played.project.traces(played.nightly)


def test_a_bundle_that_is_not_stored_is_not_deployed(played: Played) -> None:
    """The build says what to do, the rollback finds nothing to undo, and the champion serves on."""
    found = played.statuses(played.missing)
    skipped = dict.fromkeys(("deploy", "verify", "register"), "skipped")
    assert found == {"build": "failed", "rollback": "success", **skipped}
    said = played.server.trace(played.missing, "build")
    assert "is not in the DVC remote" in said and "dvc push" in said
    assert "no bundle was built" in played.server.trace(played.missing, "rollback")
    serving = httpx.get(f"{played.project.stage.service}/model").json()
    assert serving["manifest"]["version"] == "1.0.0"
