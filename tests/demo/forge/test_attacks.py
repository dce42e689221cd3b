"""Attacks on a project that is set up by the guide, and on one where a single setting is wrong.

Each is refused first. Then the setting that stands against it is changed, and it succeeds.
"""

from collections.abc import Iterator

import httpx
import pytest

from tests.demo.forge.attacker import Attacker
from tests.demo.forge.fixtures import DEVELOPER, commit, git, running_forge, seed, wait_until
from tests.docs import guide
from tests.training.gitlab.project_check.given import (
    BOSS,
    EMPTY,
    NEXT_YEAR,
    STRANGER,
    Administrator,
    branch,
    job,
    job_tokens,
    page,
    runner,
    tag,
    trigger,
    variable,
)

pytestmark = pytest.mark.seconds(30)

MAIN = """\
spec: {inputs: {task: {default: digits}}}
---
say:
  rules: [{if: $CI_PIPELINE_SOURCE =~ /^(api|trigger)$/}]
  cache: {key: packages, paths: [packages/], policy: pull}
  script:
    - cat packages/code || echo "nobody's packages"
    - echo "image <$TRAIN_IMAGE>, database <$PERENNIAL_DATABASE_URL>"
collect:
  rules: [{if: $CI_PIPELINE_SOURCE =~ /^(api|trigger)$/}]
  environment: {name: labels, action: access}
  script: ['echo "database <$PERENNIAL_DATABASE_URL>, bundles <$PERENNIAL_BUNDLES>"']
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    """A project for which somebody has followed the guide, and one of its Developers."""
    with running_forge(tmp_path_factory.mktemp("forge"), **EMPTY) as server:
        seed(server, {".gitlab-ci.yml": MAIN})
        server.settle()
        tokens = guide.follow(server, BOSS, next_year=NEXT_YEAR)
        yield Attacker(Administrator(server, tokens))


@pytest.fixture
def attacker(known: Attacker) -> Attacker:
    """A Developer of a project whose settings are right."""
    known.administrator.sets()
    return known


def test_a_merge_request_does_not_run_beside_the_service(attacker: Attacker) -> None:
    """Its job waits for ever, and the page says why; on a runner that is open it runs."""
    mark = attacker.folder / "written-in-production"
    attacker.request(f"tags: [production]\nscript: ['touch {mark}']\n")
    server = attacker.server
    pipeline = server.newest()["id"]
    assert server.statuses(pipeline) == {"wicked": "pending"}
    site = httpx.get(f"{server.url}/perennial/fixture/-/pipelines/{pipeline}").text
    assert "no runners for the protected branch" in site and not mark.exists()
    attacker.administrator.sets(runner("production", access_level="not_protected"))
    wait_until(mark.exists)
    server.settle()
    (job,) = server.project("GET", f"/pipelines/{pipeline}/jobs")
    assert job["runner"]["description"] == "production"


def test_the_holder_of_the_trigger_token_sets_no_variable(attacker: Attacker) -> None:
    """The trigger is refused as a whole; with a least role, main runs in the attacker's image."""
    wish = {"variables[TRAIN_IMAGE]": "evil.example/image"}
    token = attacker.administrator.known["RELAY_TRIGGER_TOKEN"]
    refused = attacker.server.trigger(token, **wish)
    assert refused.status_code == 400
    assert "Insufficient permissions to set pipeline variables" in refused.text
    attacker.administrator.sets(page(ci_pipeline_variables_minimum_override_role="maintainer"))
    started = attacker.server.trigger(token, **wish).json()
    attacker.server.settle()
    assert "image <evil.example/image>" in attacker.server.trace(started["id"], "say")


def test_the_trigger_token_reads_nothing_and_gives_only_known_inputs(attacker: Attacker) -> None:
    """It is no access token; an input that the pipeline's file does not declare is refused."""
    token = attacker.administrator.known["RELAY_TRIGGER_TOKEN"]
    assert attacker.server.call("GET", "/projects/1/variables", token).status_code == 401
    assert attacker.server.call("GET", "/projects/1/pipelines", token).status_code == 401
    refused = attacker.server.trigger(token, **{"inputs[image]": "evil"})
    assert refused.status_code == 400 and "unknown input arguments: image" in refused.text


def test_a_protected_branch_outlives_its_merge_request(attacker: Attacker) -> None:
    """Whoever merges; a Maintainer deletes it by the API, a Developer does not."""
    maintainer = attacker.administrator.known["MAINTAINERS_TOKEN"]
    request = attacker.request(source="retrain/digits-9", token=maintainer)
    path = f"/projects/1/merge_requests/{request['iid']}/merge"
    wish = {"should_remove_source_branch": True}
    assert attacker.server.call("PUT", path, maintainer, json=wish).json()["state"] == "merged"
    attacker.server.settle()
    branch_path = "/projects/1/repository/branches/retrain%2Fdigits-9"
    assert attacker.server.call("DELETE", branch_path, DEVELOPER).status_code == 403
    assert attacker.server.call("DELETE", branch_path, maintainer).status_code == 204


def test_a_trigger_starts_what_its_owner_may_start(attacker: Attacker) -> None:
    """A Developer's starts nothing on main, unless Developers may merge there."""
    token = attacker.administrator.known["RELAY_TRIGGER_TOKEN"]
    attacker.administrator.sets(trigger(name="dev", role=30))
    refused = attacker.server.trigger(token)
    assert "sufficient permission to run a pipeline on 'main'" in refused.text
    attacker.administrator.sets(trigger(name="dev", role=30), branch("main", merge=30))
    assert attacker.server.trigger(token).status_code == 201
    attacker.server.settle()


@pytest.mark.nightly
def test_main_does_not_run_what_a_merge_request_put_into_the_cache(attacker: Attacker) -> None:
    """Its cache is another one; where they are one, main's next job runs the attacker's code."""
    job = """\
    cache: {key: packages, paths: [packages/]}
    script: [mkdir -p packages, "echo the code of $CI_COMMIT_SHORT_SHA > packages/code"]
    """
    attacker.trace_of(attacker.request(job))
    assert "nobody's packages" in attacker.run_main()["say"]
    attacker.administrator.sets(page(ci_separated_caches=False))
    attacker.trace_of(attacker.request(job))
    assert "the code of" in attacker.run_main()["say"]


def test_a_merge_request_does_not_see_mains_variables(attacker: Attacker) -> None:
    """Whatever environment its job names; without protection it sees that environment's."""
    job = """\
    environment: labels
    script: ['echo "database <$PERENNIAL_DATABASE_URL>, token <$REPO_TOKEN>"']
    """
    assert "database <>, token <>" in attacker.trace_of(attacker.request(job))
    attacker.administrator.sets(variable("PERENNIAL_DATABASE_URL", protected=False))
    assert "database <[MASKED]>, token <>" in attacker.trace_of(attacker.request(job))


@pytest.mark.nightly
def test_a_merge_request_of_a_protected_branch_does_not_see_them_either(
    attacker: Attacker,
) -> None:
    """A retrain's does, where merge requests between protected branches may."""
    job = "environment: labels\nscript: ['echo \"database <$PERENNIAL_DATABASE_URL>\"']\n"
    maintainer = attacker.administrator.known["MAINTAINERS_TOKEN"]
    first = attacker.request(job, source="retrain/digits-1", token=maintainer)
    assert "database <>" in attacker.trace_of(first)
    attacker.administrator.sets(page(protect_merge_request_pipelines=True))
    second = attacker.request(job, source="retrain/digits-2", token=maintainer)
    assert "database <[MASKED]>" in attacker.trace_of(second)


@pytest.mark.nightly
def test_each_of_mains_jobs_sees_the_variables_of_its_environment(attacker: Attacker) -> None:
    """`collect` the database's, not those of deployments; with the scope * every job sees it."""
    logs = attacker.run_main()
    assert "database <>" in logs["say"]
    assert "database <[MASKED]>, bundles <>" in logs["collect"]
    attacker.administrator.sets(variable("PERENNIAL_DATABASE_URL", environment_scope="*"))
    assert "database <[MASKED]>" in attacker.run_main()["say"]


def test_the_token_that_merge_requests_see_does_not_merge(attacker: Attacker) -> None:
    """It is a second identity, with which a Developer could merge their own, if Developers may."""
    stolen = attacker.administrator.known["DEVELOPERS_TOKEN"]
    iid = attacker.request()["iid"]
    assert attacker.merge(iid, stolen).status_code == 401
    assert attacker.merge(iid, DEVELOPER).status_code == 401
    attacker.administrator.sets(branch("main", merge=30))
    assert attacker.merge(iid, stolen).json()["state"] == "merged"
    attacker.server.settle()


def test_a_developer_deploys_nothing_with_a_tag(attacker: Attacker) -> None:
    """The tag that starts a deployment is refused; where Developers may create it, it is there."""
    attacker.commit()
    name = "tags/digits#production#9"
    assert "not allowed to create this tag as it is protected" in attacker.push(name)
    attacker.administrator.sets(tag("*#production#*", create=30))
    assert attacker.push(name) == ""


def test_nobody_puts_a_commit_on_top_of_a_judged_one(attacker: Attacker) -> None:
    """A retrain's branch is a Maintainer's; where it is not, the token of merge requests does."""
    tokens = attacker.administrator.known
    attacker.commit()
    assert attacker.push("heads/retrain/digits-3", tokens["MAINTAINERS_TOKEN"]) == ""
    commit(attacker.clone, {"training.py": "evil\n"})
    refusal = attacker.push("heads/retrain/digits-3", tokens["DEVELOPERS_TOKEN"])
    assert "not allowed to push code to protected branches" in refusal
    attacker.administrator.sets(branch("retrain/*", push=30))
    assert attacker.push("heads/retrain/digits-3", tokens["DEVELOPERS_TOKEN"]) == ""


@pytest.mark.nightly
def test_a_job_of_a_merge_request_pushes_nothing_with_its_own_token(attacker: Attacker) -> None:
    """It only reads; where the project lets it push, it does so as the user of its pipeline."""
    job = "script: ['git push -q $CI_REPOSITORY_URL HEAD:refs/heads/by-job && echo pushed']\n"
    assert "not allowed to do this with this token" in attacker.trace_of(attacker.request(job))
    attacker.administrator.sets(page(ci_push_repository_for_job_token_allowed=True))
    assert "pushed" in attacker.trace_of(attacker.request(job)).split("Job succeeded")[0]
    assert attacker.server.forge.repository.branch("by-job") is not None


@pytest.mark.nightly
def test_a_job_of_a_merge_request_starts_nothing_on_main(attacker: Attacker) -> None:
    """With its own token it acts as the Developer who pushed; where they may merge, it starts."""
    url = f"{attacker.server.url}/api/v4/projects/1/trigger/pipeline"
    job = f"script: ['curl -s --form token=$CI_JOB_TOKEN --form ref=main {url}']\n"
    refusal = attacker.trace_of(attacker.request(job))
    assert "sufficient permission to run a pipeline on" in refusal
    attacker.administrator.sets(branch("main", merge=30))
    said = attacker.trace_of(attacker.request(job))
    assert "sufficient permission" not in said and "would have been empty" in said


def test_a_job_that_a_maintainer_runs_elsewhere_reads_nothing_here(attacker: Attacker) -> None:
    """Its token is in the hands of whoever wrote that project's pipeline; open to all, it reads."""
    server, stolen = attacker.server, "glcbt-of-another-project"
    running = job(stolen, "boss", "owner", project="attacker/tools")
    clone = ("ls-remote", server.remote(stolen), "main")
    requests, shown = "/projects/1/merge_requests", {"JOB-TOKEN": stolen}
    attacker.administrator.sets(running)
    assert "not allowed from tools to fixture" in git(server.folder, *clone, check=False).stderr
    assert server.client.get(requests, headers=shown).status_code == 403
    assert server.trigger(stolen).status_code == 404
    attacker.administrator.sets(running, job_tokens(limited=False))
    assert "refs/heads/main" in git(server.folder, *clone).stdout
    assert server.client.get(requests, headers=shown).is_success
    assert "would have been empty" in server.trigger(stolen).text


def test_the_merge_request_of_a_fork_runs_without_the_projects_variables(
    attacker: Attacker,
) -> None:
    """Not here, also if a member asks; where the project lets it, it sees what others see."""
    server = attacker.server
    attacker.commit("environment: review/model\nscript: ['echo \"token <$REPO_TOKEN>\"']\n")
    remote = f"{server.url.replace('://', f'://x:{STRANGER}@')}/stranger/fixture.git"
    git(attacker.clone, "push", "--quiet", remote, "HEAD:refs/heads/evil")
    wish = {"source_branch": "evil", "target_branch": "main", "title": "Fix a typo"}
    path = "/projects/stranger%2Ffixture/merge_requests"
    opened = server.call("POST", path, STRANGER, json={**wish, "target_project_id": 1}).json()
    assert opened["source_project_id"] != opened["target_project_id"] == 1
    run = f"/projects/1/merge_requests/{opened['iid']}/pipelines"
    assert server.call("GET", run).json() == []
    refused = server.call("POST", run, DEVELOPER)
    assert refused.status_code == 400 and "Insufficient permissions" in refused.text
    attacker.administrator.sets(page(ci_allow_fork_pipelines_to_run_in_parent_project=True))
    assert server.call("POST", run, DEVELOPER).status_code == 201
    assert "token <[MASKED]>" in attacker.trace_of(opened)


def test_a_maintainers_token_does_not_let_pipeline_variables_in(attacker: Attacker) -> None:
    """Only an Owner may, once nobody is allowed to use them."""
    name = "ci_pipeline_variables_minimum_override_role"
    token = attacker.administrator.known["MAINTAINERS_TOKEN"]
    refused = attacker.server.call("PUT", "/projects/1", token, json={name: "developer"})
    assert refused.status_code == 400 and "Owner" in refused.text
    attacker.administrator.sets(page(**{name: "maintainer"}))
    wish = {name: "developer"}
    assert attacker.server.call("PUT", "/projects/1", token, json=wish).is_success
