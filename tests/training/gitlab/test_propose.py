"""A promoted model becomes one merge request, from a detached checkout, without showing a token."""

import base64

import pytest

from perennial.gitlab.errors import GitLabRefused, MissingVariable
from perennial.verdicts import Verdict
from tests.training.gitlab.gate_results import figures, result
from tests.training.gitlab_server import TOKEN
from tests.training.job import BRANCH, FILES, LOCK, PARAMS, Job
from training.command_line import run
from training.errors import BadParameter, NothingToPropose
from training.gate import result as gate
from training.gate.result import GateResult
from training.gitlab import propose
from training.gitlab.git import Remote


def test_a_promoted_model_becomes_a_merge_request(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    """One commit on a branch of the incident's name, a title with figures, the report inside."""
    job.propose(result())
    [request] = job.gitlab.requests
    assert request["title"] == "Retrain digits: 0.12 → 0.98 on fresh rows"
    assert (request["source_branch"], request["target_branch"]) == (BRANCH, "main")
    assert request["remove_source_branch"] is True
    assert request["description"] == "# Report\n![curves](/uploads/1/curves.png)\n"
    out = capsys.readouterr().out
    assert request["web_url"] in out and TOKEN not in out


def test_the_commit_holds_the_retrain_and_nothing_else(job: Job) -> None:
    """Only the lock, the parameters and the data's pointer change, in the job starter's name."""
    job.propose(result())
    listed = job.git("diff", "--name-only", job.head, job.branch(), at=job.remote)
    assert sorted(listed.split()) == sorted(FILES)
    shown = job.git("show", "--no-patch", "--format=%an %ae|%cn|%P|%s|%b", BRANCH, at=job.remote)
    subject = "Retrain digits: 0.12 → 0.98 on fresh rows"
    assert shown == f"Ada ada@example.org|Ada|{job.head}|{subject}|promote: a reason"


def test_the_checkout_stays_as_it_was(job: Job) -> None:
    """HEAD stays detached where it was, nothing is staged, no file changes."""
    before = job.git("status", "--porcelain=v2", "--branch")
    job.propose(result())
    assert job.git("status", "--porcelain=v2", "--branch") == before
    assert "branch.head (detached)" in before


def test_a_second_run_reuses_the_merge_request(job: Job) -> None:
    """The same content gives the same commit and brings the open merge request up to date."""
    job.propose(result())
    first = job.branch()
    (job.report / "report.md").write_text("again")
    job.propose(result())
    assert job.branch() == first
    assert [request["description"] for request in job.gitlab.requests] == ["again"]


def test_another_training_replaces_the_branch(job: Job) -> None:
    """A pipeline that ran again with another outcome proposes that one, in the same request."""
    job.propose(result())
    first = job.branch()
    job.write({LOCK: "another lock"})
    job.propose(result(fresh=figures(0.12, 0.97)))
    assert job.branch() != first
    titles = [request["title"] for request in job.gitlab.requests]
    assert titles == ["Retrain digits: 0.12 → 0.97 on fresh rows"]


def test_a_merged_retrain_is_not_proposed_again(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job that runs again after the merge says so and changes nothing."""
    job.propose(result())
    job.gitlab.requests[0] |= {"state": "merged", "sha": job.branch()}
    job.git("update-ref", "-d", f"refs/heads/{BRANCH}", at=job.remote)
    job.propose(result())
    assert "already merged" in capsys.readouterr().out
    assert len(job.gitlab.requests) == 1
    assert BRANCH not in job.git("for-each-ref", at=job.remote)


def test_keep_proposes_nothing(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a gain there is nothing to merge, which is no failure."""
    job.propose(result(Verdict.KEEP))
    assert capsys.readouterr().out == "nothing to propose: keep: a reason\n"
    assert job.gitlab.calls == []


def test_block_is_refused(job: Job) -> None:
    """A blocked model is never proposed, even if someone runs this by hand."""
    with pytest.raises(NothingToPropose, match="block: a reason"):
        job.propose(result(Verdict.BLOCK))
    assert job.gitlab.calls == []


def test_another_tasks_verdict_is_refused(job: Job) -> None:
    """A gate file of another task is a mistake on the command line."""
    gate.write(result(), job.gate.parent)
    job.gate.write_text(job.gate.read_text().replace('"digits"', '"news"'))
    arguments = ["--task=digits", f"--report={job.report}", f"--gate={job.gate}"]
    with pytest.raises(BadParameter, match="task: got 'news', expected 'digits'"):
        propose.main(arguments, environment=job.environment, root=job.root)


def test_a_retrain_without_a_change_is_refused(job: Job) -> None:
    """Where the files are as in HEAD there is nothing to merge, and the message names them."""
    job.write({LOCK: "old lock", PARAMS: "old"})
    for name in ("feedback.parquet.dvc", ".gitignore"):
        (job.root / "data" / "digits" / name).unlink()
    with pytest.raises(NothingToPropose, match=f"{LOCK}, {PARAMS}: same as in HEAD"):
        job.propose(result())


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (result(fresh=figures(None, 0.98)), "Retrain digits: first model, 0.98 on fresh rows"),
        (
            result(fresh=None, base=figures(None, 0.99)),
            "Retrain digits: first model, 0.99 on base rows",
        ),
        (result(fresh=None), "Retrain digits: version 1.1.0"),
    ],
)
def test_the_title_has_the_figures_there_are(found: GateResult, title: str) -> None:
    """Without a champion or fresh rows the title says what is known."""
    assert propose.title_of(found) == title


def test_it_merges_by_itself_when_the_pipeline_has_succeeded(job: Job) -> None:
    """The wish waits for the pipeline and for GitLab's own check, then names the exact commit."""
    job.propose(result())
    job.gitlab.head = job.branch()
    job.gitlab.pipelines_after = 2
    job.gitlab.refusals = [405, 422, 406]
    job.propose(result(), "--auto-merge")
    [request] = job.gitlab.requests
    assert request["merge_when_pipeline_succeeds"] is True and request["auto_merge"] == "true"
    assert request["should_remove_source_branch"] is True and request["sha"] == job.branch()
    assert len(job.slept) == 5
    assert len(job.gitlab.received("PUT /projects/1/merge_requests/1/merge")) == 4


def test_without_a_pipeline_nothing_merges_by_itself(job: Job) -> None:
    """GitLab would merge at once what no pipeline has checked, so it is not asked."""
    job.propose(result())
    job.gitlab.head = job.branch()
    job.gitlab.pipelines_after = 1000
    with pytest.raises(GitLabRefused, match="no pipeline for .* after 60 s.*merge it by hand"):
        job.propose(result(), "--auto-merge")
    assert sum(job.slept) == 60
    assert job.gitlab.received("PUT /projects/1/merge_requests/1/merge") == []
    assert len(job.gitlab.requests) == 1


def test_a_merge_that_stays_refused_is_an_error(job: Job) -> None:
    """After a minute GitLab's own answer is given."""
    job.propose(result())
    job.gitlab.head = job.branch()
    job.gitlab.refusals = [405] * 100
    with pytest.raises(GitLabRefused, match="merge merge request !1: GitLab answered 405"):
        job.propose(result(), "--auto-merge")


def job_variables(**more: str) -> dict[str, str]:
    """Return what GitLab sets for the push."""
    return {
        "CI_PROJECT_URL": "https://git.example.org:8443/gitlab/group/project",
        "REPO_TOKEN": TOKEN,
        **more,
    }


def test_the_token_is_in_gits_environment_only() -> None:
    """Not in the address nor, therefore, in the process list; other settings are kept."""
    remote = Remote.of_job(job_variables(GIT_CONFIG_COUNT="1"))
    assert remote.secrets["GIT_CONFIG_COUNT"] == "2"
    assert remote.secrets["GIT_CONFIG_KEY_1"] == f"http.{remote.address}.extraHeader"
    encoded = base64.b64encode(f"oauth2:{TOKEN}".encode()).decode()
    assert remote.secrets["GIT_CONFIG_VALUE_1"] == f"Authorization: Basic {encoded}"


def test_the_address_has_gitlabs_relative_url_root() -> None:
    """Only CI_PROJECT_URL knows that GitLab stands under /gitlab."""
    address = "https://git.example.org:8443/gitlab/group/project.git"
    assert Remote.of_job(job_variables()).address == address


def test_git_trusts_gitlabs_own_authority() -> None:
    """For this address only, by the file that GitLab names."""
    remote = Remote.of_job(job_variables(CI_SERVER_TLS_CA_FILE="/builds/ca.pem"))
    assert remote.secrets["GIT_CONFIG_KEY_1"] == f"http.{remote.address}.sslCAInfo"
    assert remote.secrets["GIT_CONFIG_VALUE_1"] == "/builds/ca.pem"


def test_a_branch_whose_name_only_ends_so_is_another(job: Job) -> None:
    """Git lists refs/heads/refs/heads/x too when it is asked for refs/heads/x."""
    job.propose(result())
    proposed = job.branch()
    job.git("update-ref", f"refs/heads/refs/heads/{BRANCH}", job.head, at=job.remote)
    job.propose(result())
    assert job.branch() == proposed and len(job.gitlab.requests) == 1


@pytest.mark.parametrize("name", ["REPO_TOKEN", "CI_PROJECT_URL"])
def test_a_missing_variable_is_named(name: str) -> None:
    """The message says which, and where it comes from."""
    with pytest.raises(MissingVariable, match=f"^{name}: not set, expected"):
        Remote.of_job(job_variables(**{name: ""}))


def test_a_failing_push_does_not_show_the_token(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message has git's reason and nothing secret."""
    where = job_variables(CI_PROJECT_URL=f"{job.gitlab.url}/group/project")
    environment = {**job.environment, **where}
    gate.write(result(), job.gate.parent)
    arguments = ["--task=digits", f"--report={job.report}", f"--gate={job.gate}"]
    code = run(lambda: propose.main(arguments, environment=environment, root=job.root))
    shown = capsys.readouterr()
    assert code == 2 and "GitLabRefused: git ls-remote:" in shown.err
    assert TOKEN not in shown.err + shown.out and "oauth2" not in shown.err


def test_without_enough_trusted_labels_a_person_merges(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    """The merge request is opened and left open, and the job's log says what was missing."""
    job.propose(result(least_trusted=81), "--auto-merge")
    [request] = job.gitlab.requests
    assert "merge_when_pipeline_succeeds" not in request
    said = capsys.readouterr().out
    assert "a person has to merge: 80 trusted labels" in said
    assert "python -m service.keys add NAME --role trusted-feedback" in said
