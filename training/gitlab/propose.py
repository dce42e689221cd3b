"""Opens a merge request for a promoted challenger: `python -m training.gitlab.propose`."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.job import Job
from perennial.verdicts import Verdict
from training.command_line import name_parser, run
from training.errors import BadParameter, NothingToPropose
from training.feedback.request import MANUAL
from training.gate import result as gate
from training.gate.result import GateResult
from training.gitlab.git import Author, Remote, Repository
from training.gitlab.project import MergeRequest, Project, project_of
from training.gitlab.publish import with_images
from training.task.files import data_folder, digest_file, lock_file, params_file

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 2
# What GitLab answers while it still checks whether a merge request can merge.
CHECKING = (405, 406, 422)

TRUST = (
    "give whoever labels with care a key whose labels are trusted: "
    "python -m service.keys add NAME --role trusted-feedback"
)
Sleep = Callable[[float], None]


def branch_of(task: str, incident: str | None) -> str:
    """Return the name of a retrain's branch.

    >>> branch_of("digits", "0123456789ab"), branch_of("digits", None)
    ('retrain/digits-0123456789ab', 'retrain/digits-manual')
    """
    return f"retrain/{task}-{incident or MANUAL}"


def title_of(result: GateResult) -> str:
    """Return the merge request's title, with the figures that matter."""
    name, found = ("fresh", result.fresh) if result.fresh is not None else ("base", result.base)
    if found is None:
        return f"Retrain {result.task}: version {result.challenger.version}"
    new = f"{found.challenger.value:.2f} on {name} rows"
    if found.champion is None:
        return f"Retrain {result.task}: first model, {new}"
    return f"Retrain {result.task}: {found.champion.value:.2f} → {new}"


def files_of(task: str, root: Path) -> list[str]:
    """Return the files that a retrain changes in git, if they exist."""
    data = data_folder(task)
    made = (lock_file(task), digest_file(task), params_file(task))
    files = (*made, data / "feedback.parquet.dvc", data / ".gitignore")
    return [str(file) for file in files if (root / file).exists()]


def propose(
    project: Project, *, branch: str, target: str, sha: str, title: str, description: str
) -> MergeRequest:
    """Open the branch's merge request, or update the open one."""
    opened = project.merge_requests(source=branch, target=target, state="opened")
    if not opened:
        return project.open(source=branch, target=target, title=title, description=description)
    project.describe(opened[0], title=title, description=description)
    return MergeRequest(opened[0].iid, opened[0].address, sha)


def merge_when_checked(
    project: Project, request: MergeRequest, *, sha: str, sleep: Sleep = time.sleep
) -> None:
    """Ask GitLab to merge once the pipeline has succeeded, as soon as it accepts that.

    This waits until there is a pipeline: without one, GitLab would merge at once.
    sha: the commit that the gate judged. GitLab merges no other, and forgets the wish when somebody
    pushes another.
    Raises GitLabRefused if there is no pipeline, or the merge request is at another commit, or
    GitLab still refuses, after a minute.
    """
    last = GitLabRefused(f"merge request !{request.iid}: not looked at")
    for _ in range(PATIENCE_SECONDS // PAUSE_SECONDS):
        try:
            head, checked = project.head(request.iid)
            if head == sha and checked:
                project.merge_when_checked(request.iid, sha)
                return
            last = _unchecked(request.iid, sha) if head == sha else not_judged(head, sha)
        except GitLabRefused as error:
            if error.status not in CHECKING:
                raise
            last = error
        sleep(PAUSE_SECONDS)
    raise last


def _unchecked(iid: int, sha: str) -> GitLabRefused:
    return GitLabRefused(
        f"merge request !{iid}: no pipeline for {sha[:8]} after {PATIENCE_SECONDS} s, so nothing "
        "would check the model before it merges; merge it by hand"
    )


def not_judged(head: str, sha: str) -> GitLabRefused:
    """Return the refusal to merge a commit that is not the one that the gate judged."""
    return GitLabRefused(
        f"the merge request is at {head[:8]}, the gate judged {sha[:8]}: nothing merges by itself; "
        "look at who pushed the other commit, then merge by hand or start a retrain"
    )


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = name_parser(
        "Commit the task's lock and parameters and the feedback's .dvc file to "
        "retrain/TASK-INCIDENT and "
        "open a merge request with the report. Reads REPO_TOKEN and GitLab's own CI_ variables. "
        "With the verdict keep it proposes nothing and exits with 0."
    )
    found.add_argument("--report", required=True, type=Path, help="folder with report.md")
    found.add_argument("--gate", required=True, type=Path, help="the gate's gate.json")
    found.add_argument(
        "--auto-merge",
        action="store_true",
        help="merge once the pipeline has succeeded, if enough trusted labels judged the model",
    )
    return found


def main(
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    root: Path = Path(),
    remote: Remote | None = None,
    sleep: Sleep = time.sleep,
) -> None:
    """Propose the challenger and print what was done.

    remote: where to push; by default the project's repository.
    """
    options = parser().parse_args(arguments)
    result = gate.read(options.gate)
    if result.task != options.task:
        raise BadParameter(f"{options.gate}: task", result.task, repr(options.task))
    if result.decision.verdict is Verdict.KEEP:
        print(f"nothing to propose: {result.decision.line()}")
        return
    if result.decision.verdict is Verdict.BLOCK:
        raise NothingToPropose(result.decision.line())
    project = project_of(environment)
    target = Job(environment).variable("CI_DEFAULT_BRANCH")
    branch, title = branch_of(options.task, result.incident), title_of(result)
    repository = Repository(root, environment)
    message = f"{title}\n\n{result.decision.line()}"
    files = files_of(options.task, root)
    commit = repository.commit(files, message, Author.of_job(environment))
    merged = project.merge_requests(source=branch, target=target, state="merged")
    if any(request.sha == commit for request in merged):
        print(f"already merged: {merged[0].address}")
        return
    tip = repository.push(commit, branch, remote or Remote.of_job(environment))
    print(f"pushed {tip[:8]} to {branch}", flush=True)
    description = with_images(options.report, project.upload)
    request = propose(
        project, branch=branch, target=target, sha=tip, title=title, description=description
    )
    print(f"merge request !{request.iid}: {title}\n{request.address}", flush=True)
    if options.auto_merge and tip != commit:
        raise not_judged(tip, commit)
    if options.auto_merge and result.needs_person:
        print(
            f"merge request !{request.iid}: a person has to merge: {result.needs_person}; {TRUST}"
        )
    elif options.auto_merge:
        merge_when_checked(project, request, sha=commit, sleep=sleep)
        print(f"merge request !{request.iid}: will merge when its pipeline has succeeded")


if __name__ == "__main__":
    sys.exit(run(main))
