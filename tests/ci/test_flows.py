"""Which jobs of .gitlab-ci.yml a pipeline has for which event: includes, inputs and rules for real.

The forge compiles each pipeline as it would run it; nobody runs it, for no worker was started.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.forge.ci.pipeline_creation import PipelineRequest
from demo.forge.errors import PipelineRefused
from demo.forge.records.pipeline import Pipeline
from tests.ci import pipeline_files
from tests.ci.flows import Flows

pytestmark = pytest.mark.seconds(50)

LINKS = {"links"}
CODE = {"black", "flake8", "mypy", "contracts", "test"}
MODEL = {"validate", "train", "report", "comment"}
LIMITS = {"backtest"}
RETRAIN = {"collect", "challenger", "gate", "propose"}
PRODUCTION = {"build", "deploy", "verify", "rollback"}
DEPLOY = PRODUCTION | {"register"}
NIGHTLY = {"test", "test-nightly", "stored"}
UPLOAD = {"model-registry"}


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flows]:
    """The forge at rest."""
    yield Flows(tmp_path_factory.mktemp("flows"))


def _jobs(pipeline: Pipeline) -> set[str]:
    return {job.spec.name for job in pipeline.jobs}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["monitoring/new.py"], LINKS | CODE),
        (["ci/push-lock"], LINKS | CODE),
        (["deploy/local/deploy"], LINKS | CODE),
        (["training/new.py"], LINKS | CODE | MODEL),
        (["perennial/new.py"], LINKS | CODE | MODEL),
        (["service/new.py"], LINKS | CODE),
        (["training/task/stages.yaml"], LINKS | CODE | MODEL),
        (["training/tasks/news/dvc.yaml"], LINKS | CODE | MODEL),
        (["training/tasks/news/params.yaml"], LINKS | MODEL),
        (["data/news/feedback.parquet.dvc"], LINKS | MODEL),
        (["training/tasks/news/dvc.lock"], LINKS | MODEL),
        (["monitoring/thresholds.py"], LINKS | CODE | MODEL | LIMITS),
        (["monitoring/relay/policy.py"], LINKS | CODE | MODEL | LIMITS),
        (["training/tasks/news/limits.yaml"], LINKS | CODE | MODEL | LIMITS),
        (["docs/runbook.md", "README.md", "docs/timeline.png", "LICENSE"], LINKS),
    ],
)
def test_a_merge_request_runs_what_its_change_can_break(
    flows: Flows, changed: list[str], expected: set[str]
) -> None:
    """Code is checked, a model is trained and reported, documentation has its links checked."""
    pipeline = flows.merge_request(*changed)
    assert _jobs(pipeline) == expected
    assert pipeline.name == "check merge request 1"


@pytest.mark.parametrize(
    ("branch", "allowed"), [("change", False), ("retrain/digits-0123456789ab", True)]
)
def test_only_a_retrain_may_go_on_with_a_broken_link(
    flows: Flows, branch: str, allowed: bool
) -> None:
    """A link that is broken on main does not hold up a model that is to be replaced."""
    pipeline = flows.merge_request("training/tasks/news/dvc.lock", branch=branch)
    assert {
        job.spec.name: job.spec.allow_failure for job in pipeline.jobs if job.spec.name in LINKS
    } == {"links": allowed}


def test_the_checks_of_a_merge_request_start_at_once(flows: Flows) -> None:
    """Checks, tests and data validation wait for nothing, and training waits for the plan."""
    jobs = flows.merge_request("training/new.py").jobs
    waiting = {job.spec.name for job in jobs if job.spec.needs != ()}
    assert waiting == {"train", "report", "comment"}


def test_a_push_to_main_deploys(flows: Flows) -> None:
    """Build, deploy, verify, a rollback that waits for a failure, and the model's version."""
    pipeline = flows.pipeline("push")
    assert _jobs(pipeline) == DEPLOY
    when = {job.spec.name: job.spec.when for job in pipeline.jobs}
    assert [name for name in when if when[name] == "on_failure"] == ["rollback"]


def test_a_push_of_documentation_to_main_deploys_the_same_again(flows: Flows) -> None:
    """What git says must serve, serves, whichever push it was that failed to bring it."""
    sha = flows.change("docs/runbook.md")
    pipeline = flows.pipeline("push", "main", sha, before=flows.start)
    assert _jobs(pipeline) == DEPLOY


@pytest.mark.parametrize("source", ["trigger", "web", "api"])
def test_a_trigger_or_a_person_retrains(flows: Flows, source: str) -> None:
    """Collect, train, gate, propose, and nothing else; the relay knows the pipeline by its name."""
    pipeline = flows.pipeline(source, task="news", incident="0123456789ab")
    assert _jobs(pipeline) == RETRAIN
    assert pipeline.name == "retrain news 0123456789ab"


def test_a_retrain_by_hand_need_not_name_the_only_task(flows: Flows) -> None:
    """Where there are several, its first job says which."""
    assert _jobs(flows.pipeline("web")) == RETRAIN


@pytest.mark.parametrize("name", ["TASK", "INCIDENT"])
def test_a_variable_that_would_override_an_input_is_checked_like_it(
    flows: Flows, name: str
) -> None:
    """A project may allow pipeline variables, against the guide; GitLab does not check them."""
    by = flows.forge.config.tokens[0]
    wish = PipelineRequest("trigger", "main", flows.start, by, variables={name: "$(reboot)"})
    with pytest.raises(PipelineRefused, match="workflow rules"):
        flows.forge.pipelines.create(wish)


LOCK = "training; touch pwned"


def test_the_holder_of_the_trigger_token_chooses_no_lock(flows: Flows) -> None:
    """With `No one allowed` the trigger is refused as a whole; else a pipeline has the variable."""
    by, given = flows.forge.config.tokens[0], {"TRAIN_LOCK": LOCK}
    wish = PipelineRequest("trigger", "main", flows.start, by, variables=given)
    with pytest.raises(PipelineRefused, match="Insufficient permissions to set pipeline variables"):
        flows.with_registry.pipelines.create(wish)
    assert _jobs(flows.forge.pipelines.create(wish)) == RETRAIN


def test_a_lock_that_is_none_ends_the_job_that_trains(flows: Flows, tmp_path: Path) -> None:
    """Where a project allows variables, the job refuses it by name, and no shell runs it."""
    (training,) = (one for one in flows.pipeline("web").jobs if one.spec.name == "challenger")
    script = "\n".join(training.spec.body["before_script"])
    environment = {"PATH": os.environ["PATH"], "VENV": str(tmp_path), "TRAIN_LOCK": LOCK}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=flows.clone,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0 and not (flows.clone / "pwned").exists()
    assert f"LOCK: got '{LOCK}', expected NAME of a file requirements/NAME.txt" in done.stderr


def test_an_input_that_is_no_identifier_is_refused(flows: Flows) -> None:
    """What arrives from outside is checked before a shell sees it."""
    with pytest.raises(PipelineRefused, match="`task` input"):
        flows.pipeline("trigger", task="$(reboot)")
    with pytest.raises(PipelineRefused, match="`incident` input"):
        flows.pipeline("trigger", incident="$(reboot)")


def test_a_schedule_runs_what_breaks_without_a_commit(flows: Flows) -> None:
    """Tests, the long ones too, and whether everything stored can still be fetched."""
    pipeline = flows.pipeline("schedule")
    assert _jobs(pipeline) == NIGHTLY


def test_a_production_tag_deploys_its_commit(flows: Flows) -> None:
    """The jobs of main without the registration: the tag is it."""
    flows.tag("digits#production#3")
    pipeline = flows.pipeline("push", "digits#production#3", tag=True)
    assert _jobs(pipeline) == PRODUCTION
    assert pipeline.name == "deploy digits#production#3"


def test_a_version_tag_goes_to_the_model_registry_where_there_is_one(flows: Flows) -> None:
    """Only with the variable MODEL_REGISTRY."""
    flows.tag("digits@v1.2.3")
    pipeline = flows.pipeline("push", "digits@v1.2.3", tag=True, registry=True)
    assert _jobs(pipeline) == UPLOAD
    with pytest.raises(PipelineRefused, match="workflow rules"):
        flows.pipeline("push", "digits@v1.2.3", tag=True)


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("push", "change"),  # its merge request has a pipeline, so nothing runs twice
        ("trigger", "change"),  # a retrain would propose the whole branch
        ("web", "change"),
        ("push", "v1.0"),
        ("push", "digits#production#latest"),
        ("push", "digits@v1"),
    ],
)
def test_other_events_have_no_pipeline(flows: Flows, source: str, ref: str) -> None:
    """A branch without its merge request, and tags of any other form."""
    flows.change("training/new.py")
    if ref != "change":
        flows.tag(ref)
    with pytest.raises(PipelineRefused, match="workflow rules"):
        flows.pipeline(source, ref, flows.head(), tag=ref != "change", registry=True)


ENVIRONMENTS = {
    "production": {"deploy", "verify", "rollback"},
    "proposals": {"propose"},
    "registry": {"register", "model-registry"},
    "labels": {"collect"},
    "review/model": {"validate", "train", "backtest", "report"},
    "review/comment": {"comment"},
}


def test_each_job_sees_the_variables_of_its_own_environment_alone(flows: Flows) -> None:
    """Who deploys cannot merge, who merges cannot read labels, and who lints sees none of it."""
    flows.tag("digits@v1.2.3")
    pipelines = [
        flows.pipeline("push"),
        flows.pipeline("trigger", task="news"),
        flows.pipeline("schedule"),
        flows.pipeline("push", "digits@v1.2.3", tag=True, registry=True),
        flows.merge_request("monitoring/thresholds.py"),
    ]
    found: dict[str | None, set[str]] = {}
    for job in (job for pipeline in pipelines for job in pipeline.jobs):
        found.setdefault(job.spec.environment, set()).add(job.spec.name)
    assert found.pop(None) == CODE | LINKS | NIGHTLY | {"build", "challenger", "gate"}
    assert found == ENVIRONMENTS


def test_what_reaches_production_runs_on_a_runner_of_its_own(flows: Flows) -> None:
    """By a tag that the files name, so that no variable leads it elsewhere; others never do."""
    for pipeline in (flows.pipeline("push"), flows.merge_request("training/new.py")):
        on_it = {job.spec.name for job in pipeline.jobs if "production" in job.spec.tags}
        assert on_it == ENVIRONMENTS["production"] & _jobs(pipeline)


def test_what_reaches_production_installs_nothing(flows: Flows) -> None:
    """Nor does it read a cache, which another job could have written."""
    for job in flows.pipeline("push").jobs:
        if job.spec.name in ENVIRONMENTS["production"]:
            assert not job.spec.body.get("cache") and not job.spec.body.get("before_script")
            assert job.spec.body["script"][0].startswith("ci/deploy ")


def test_every_job_is_reached_by_some_flow() -> None:
    """There is no job in the files that none of the flows above has."""
    expected = LINKS | CODE | MODEL | LIMITS | DEPLOY | RETRAIN | NIGHTLY | UPLOAD
    assert pipeline_files.jobs() == expected
