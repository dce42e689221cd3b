"""Versions and production are tags in git, made by GTO, and tell which model serves and why."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from gto import api as gto

from perennial.gitlab.errors import GitLabRefused, MissingVariable
from tests.demo.forge.fixtures import API, PROJECT, ForgeServer, running_forge, seed
from tests.training.gitlab.gate_results import result
from tests.training.registry.job import Main, shown
from training.command_line import run
from training.errors import BundleUnusable, RegistryRefused
from training.gate import result as gate
from training.gate.compared_bundle import ComparedBundle
from training.gitlab.git import Remote
from training.registry import __main__ as registry


@pytest.fixture
def main(tmp_path: Path) -> Main:
    """Return a job on main."""
    return Main(tmp_path)


def test_the_first_model_is_registered_and_in_production(main: Main) -> None:
    """One tag for the version, one for the stage, both on the commit that deployed."""
    main.train("1.0.0")
    assert main.run("register") == 0
    assert main.pushed() == ["digits#production#1", "digits@v1.0.0"]
    for name in main.pushed():
        assert main.git("rev-parse", f"{name}^{{commit}}") == main.git("rev-parse", "HEAD")


def test_gto_reads_the_same(main: Main) -> None:
    """Anything else that knows GTO's tags finds the version and the stage."""
    main.train("1.0.0")
    main.run("register")
    [version] = gto.show(str(main.root), "digits")
    assert (version["version"], version["stages"][0]["stage"]) == ("v1.0.0", "production")


def test_registering_again_changes_nothing(main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that runs again, and a push that changes no model, leave the tags as they are."""
    main.train("1.0.0")
    main.run("register")
    main.commit("Words only")
    assert main.run("register") == 0
    assert "the deployed version is already registered" in capsys.readouterr().out
    assert main.pushed() == ["digits#production#1", "digits@v1.0.0"]


def test_a_job_that_failed_before_its_push_is_made_up_for(main: Main) -> None:
    """Its tags stand in the runner's checkout only; the next run makes and pushes them."""
    main.train("1.0.0")
    right, main.remote = main.remote, main.home / "nowhere.git"
    with pytest.raises(GitLabRefused, match="git fetch"):
        main.run("register")
    main.remote = right
    gto.register(str(main.root), "digits", "HEAD", version="v1.0.0", message="left over")
    assert main.run("register") == 0
    assert main.pushed() == ["digits#production#1", "digits@v1.0.0"]
    assert "Bundle: " in main.git("tag", "--list", "--format=%(contents)", "digits@v1.0.0")


def test_a_version_of_another_bundle_is_refused(main: Main) -> None:
    """Two models under one number would make the registry worthless; the message says the way."""
    main.train("1.0.0")
    main.run("register")
    main.train("1.0.0", seed=5)
    expected = "digits@v1.0.0: registered for the bundle .*; raise export.version in training/tasks"
    with pytest.raises(RegistryRefused, match=expected):
        main.run("register")
    assert main.pushed() == ["digits#production#1", "digits@v1.0.0"]


def test_a_version_tagged_by_hand_is_compared_by_its_lock(main: Main) -> None:
    """Its message names no bundle, but its commit's dvc.lock does."""
    main.train("1.0.0")
    main.git("tag", "--annotate", "digits@v1.0.0", "-m", "by hand")
    main.git("push", "--quiet", str(main.remote), "digits@v1.0.0")
    assert main.run("register") == 0
    main.train("1.0.0", seed=5)
    with pytest.raises(RegistryRefused, match="of another dvc.lock"):
        main.run("register")


def test_a_version_that_comes_back_is_put_into_production_again(main: Main) -> None:
    """After a rollback by hand the next deployment of main is the newest assignment."""
    main.train("1.0.0")
    main.run("register")
    first = main.git("rev-parse", "HEAD")
    main.train("1.1.0", seed=5)
    main.run("register")
    main.git("tag", "--annotate", "digits#production#3", first, "-m", "back")
    main.git("push", "--quiet", str(main.remote), "digits#production#3")
    assert main.run("register") == 0
    assert "digits#production#4" in main.pushed()


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Retrain\n\npromote: a gain: 0.1 to 0.9\n", "promote: a gain: 0.1 to 0.9"),
        ("Wider filters\n\nBecause.", "Wider filters"),
        (
            "Merge branch 'a' into 'main'\n\nWider filters\n\nSee merge request g/p!3",
            "Wider filters (g/p!3)",
        ),
    ],
)
def test_why_is_what_brought_the_model_to_main(
    main: Main, message: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gate's verdict where the commit has one, else what the merge was about."""
    main.train("1.0.0", message=message)
    main.commit("Words only, later")
    main.run("register")
    capsys.readouterr()
    main.run("champion")
    assert shown(capsys)["why"] == why


def test_why_is_found_in_a_merged_branch(main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict stands in the retrain's own commit, below the merge commit."""
    main.commit("Start")
    main.git("switch", "--quiet", "--create", "retrain")
    main.train("1.0.0", message="Retrain\n\npromote: a gain")
    main.git("switch", "--quiet", "main")
    main.git("merge", "--quiet", "--no-ff", "retrain", "-m", "Merge branch 'retrain' into 'main'")
    main.run("register")
    capsys.readouterr()
    main.run("champion")
    assert shown(capsys)["why"] == "promote: a gain"


def test_why_is_the_gates_verdict_on_this_bundle(
    main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    """A gate.json about this very bundle goes before what the commit says."""
    made = main.train("1.0.0")
    found = result()
    verdict = type(found)(**vars(found) | {"challenger": ComparedBundle("1.0.0", made.digest)})
    gate.write(verdict, main.root / "artifacts" / "digits" / "gate")
    main.run("register")
    capsys.readouterr()
    main.run("champion")
    assert shown(capsys)["why"] == "promote: a reason"


def test_another_tasks_bundle_is_refused(main: Main) -> None:
    """The manifest says whose it is."""
    made = main.train("1.0.0")
    manifest = json.loads((made.path / "manifest.json").read_text())
    (made.path / "manifest.json").write_text(json.dumps(manifest | {"task": "news"}))
    with pytest.raises(BundleUnusable, match="task is 'news', expected 'digits'"):
        main.run("register")


def test_without_a_bundle_the_message_says_how_to_get_it(main: Main) -> None:
    """The job forgot to pull it."""
    main.commit("Start")
    with pytest.raises(BundleUnusable, match="or run 'dvc pull .*bundle'"):
        main.run("register")


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[ForgeServer]:
    """Run a forge with a first commit on main, and a job for tags only."""
    pipeline = "of-a-tag:\n  rules: [{if: $CI_COMMIT_TAG}]\n  script: ['true']\n"
    with running_forge(tmp_path) as server:
        seed(server, {".gitlab-ci.yml": pipeline})
        server.settle()
        yield server


def forge_job(main: Main, forge: ForgeServer, **more: str) -> Remote:
    """Let the checkout be one of the forge's main, and return where its job pushes."""
    main.git("remote", "add", "origin", forge.remote())
    main.git("pull", "--quiet", "origin", "main")
    main.more = {"CI_PROJECT_URL": f"{forge.url}/{PROJECT}", "REPO_TOKEN": API, **more}
    return Remote.of_job(main.environment)


def register_on(main: Main, remote: Remote) -> int:
    """Run the job's command with this remote."""
    arguments = ["register", "--task=digits"]
    return registry.main(
        arguments, environment=main.environment, root=main.root, remote=remote, ask=main.ask
    )


def test_on_the_forge_a_version_starts_its_pipeline_and_production_does_not(
    tmp_path: Path, forge: ForgeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What serves need not be deployed again; the token shows nowhere."""
    (tmp_path / "job").mkdir()
    main = Main(tmp_path / "job")
    remote = forge_job(main, forge)
    main.train("1.0.0")
    main.git("push", "--quiet", "origin", "HEAD:refs/heads/main")
    forge.settle()
    assert register_on(main, remote) == 0
    forge.settle()
    ran = {one["ref"]: one["status"] for one in forge.project("GET", "/pipelines")}
    assert ran == {"digits@v1.0.0": "success", "digits#production#1": "skipped"}
    printed = capsys.readouterr()
    assert API not in printed.out + printed.err


def test_a_token_that_may_not_push_is_named(
    tmp_path: Path, forge: ForgeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, without the token."""
    (tmp_path / "job").mkdir()
    main = Main(tmp_path / "job")
    remote = forge_job(main, forge, REPO_TOKEN="glpat-nobody-knows")
    main.train("1.0.0")
    assert run(lambda: register_on(main, remote)) == 2
    said = capsys.readouterr().err
    assert said.startswith("GitLabRefused: git fetch:") and "glpat-nobody-knows" not in said


def test_a_protected_tag_is_explained(main: Main) -> None:
    """GitLab's own words, then where to change it."""
    hook = main.remote / "hooks" / "pre-receive"
    hook.write_text(
        "#!/bin/sh\n"
        "echo 'GitLab: You are not allowed to create this tag as it is protected.' >&2\n"
        "exit 1\n"
    )
    hook.chmod(0o755)
    main.train("1.0.0")
    expected = "as it is protected.*allow the role of REPO_TOKEN to create digits@v1.0.0: Settings"
    with pytest.raises(GitLabRefused, match=expected) as caught:
        main.run("register")
    assert "\n" not in str(caught.value)


def test_outside_a_job_the_missing_variable_is_named(main: Main) -> None:
    """Registering is a job's work; by hand there is gto."""
    main.train("1.0.0")
    with pytest.raises(MissingVariable, match="CI_PROJECT_URL: not set"):
        registry.main(["register", "--task=digits"], environment={}, root=main.root)
