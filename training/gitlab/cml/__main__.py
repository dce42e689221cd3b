"""One report note per merge request through CML. Run as `python3 -m training.gitlab.cml`.

CML looks for its earlier note among the 20 newest only, so on a busy merge request it posts a
second report. This program tells CML whether to create or to update a note, and then keeps one
report: the earliest note, with the newest text.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Mapping, Sequence

from perennial.gitlab.errors import GitLabError, GitLabRefused
from perennial.gitlab.job import MERGE_REQUEST, Job
from training.errors import TrainingError
from training.gitlab import note
from training.gitlab.cml import program
from training.gitlab.cml.client import Client, reports


def publish(
    client: Client, folder: Path, *, task: str, job: Job, run: program.Run = subprocess.run
) -> str:
    """Have CML create or update the report's note; return which was done.

    If the description has the report of the same bundle, as a retrain's does, no note is written.
    Raises GitLabRefused, MissingArtifact, ReportRefused.
    """
    text = note.read_for(task, folder)
    own = client.owner()
    if note.stands_in(client.description(), text):
        return "already in the description"
    # CML overwrites the oldest note in its reach that has its watermark, whoever wrote it.
    marked = [n for n in client.newest(program.REACH) if program.has_watermark(n.body, task)]
    verb = "update" if reports(marked[-1:], task, own) else "create"
    written = program.comment(verb, folder, task=task, job=job, run=run)
    found = reports(client.notes(), task, own)
    newest = next((one for one in found if one.id == written), None)
    if newest is None:
        raise GitLabRefused(
            f"merge request !{job.merge_request}: CML reported note {written}, which does not exist"
        )
    if newest != found[0]:
        client.write(newest.body, over=found[0])
    for spare in found[1:]:
        client.delete(spare)
    return "written" if len(found) == 1 and verb == "create" else "updated"


def main(
    arguments: Sequence[str] | None = None, *, environment: Mapping[str, str] = os.environ
) -> None:
    """Publish the report and print what was done."""
    parser = argparse.ArgumentParser(
        prog="python -m training.gitlab.cml",
        description="Have CML write the report as this task's only note on the pipeline's merge "
        "request. Reads REPO_TOKEN and GitLab's own CI_ variables.",
    )
    parser.add_argument("--task", required=True, help="the task of the report")
    parser.add_argument("--report", required=True, type=Path, help="folder with report.md")
    options = parser.parse_args(arguments)
    job = Job(environment)
    iid = job.merge_request
    for name in ("CI_PROJECT_URL", "CI_COMMIT_SHA"):  # CML reads these
        job.variable(name, MERGE_REQUEST)
    done = publish(Client(job), options.report, task=options.task, job=job)
    print(f"merge request !{iid}: report {done}, by CML")


if __name__ == "__main__":
    try:
        main()
    except (GitLabError, TrainingError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
