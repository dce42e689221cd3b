"""The demo's project on the stand-in is set up as the guide says."""

from pathlib import Path

from demo.project import configuration
from tests.demo.forge.fixtures import PROJECT, seed
from tests.demo.forge.still import still_forge
from tests.training.gitlab.project_check.given import PIPELINE, findings
from training.gitlab.project_check.checks import CHECKS

# What differs on one machine, and in a demo that begins with a push.
OWN = {
    "default branch",  # its engineer pushes the first version to main
    "DVC_REMOTE_URL",  # a folder
    "GPU for training only",  # one runner does everything but deploy
    "images",  # there are no containers
    "schedule",
}


def test_the_check_finds_what_the_demo_does_without(tmp_path: Path) -> None:
    """Everything else is as docs/gitlab.md wants it, as far as a Maintainer's token sees it."""
    variables = {
        "DVC_REMOTE_URL": "/srv/dvc",
        "DVC_REVIEW_URL": "/srv/review",
        "PERENNIAL_DATABASE_URL": "sqlite:////srv/perennial.db",
        "PERENNIAL_BUNDLES": "/srv/bundles",
        "PERENNIAL_URL": "http://127.0.0.1:8000",
        "AUTO_MERGE": "true",
    }
    secrets = {"api": "glpat-api-0123456789", "read": "glpat-r-0123456789", "trigger": "glptt-1"}
    with still_forge(
        tmp_path, **configuration(path=PROJECT, variables=variables, **secrets)
    ) as server:
        seed(server, {".gitlab-ci.yml": PIPELINE})
        found = findings(server.url, value=secrets["api"])[1]
    hidden = {check.name for check in CHECKS if check.of_groups}
    assert {name for name, row in found.items() if row["status"] == "cannot tell"} == hidden
    assert {name for name, row in found.items() if row["status"] != "ok"} == OWN | hidden
