"""Keep one report note per merge request: `python -m training.gitlab.publish`."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from perennial.gitlab.job import Job
from training.command_line import name_parser, run
from training.gitlab import note
from training.gitlab.project import Project, project_of


def with_images(folder: Path, upload: Callable[[Path], str]) -> str:
    """Return a report's Markdown with the folder's files that it names uploaded, each once.

    Addresses that name no file of the folder are not changed.
    Raises MissingArtifact, ReportRefused if the text is too long for GitLab.
    """
    addresses: dict[str, str] = {}

    def link(found: re.Match[str]) -> str:
        name = found[2]
        if name not in addresses:
            file = note.file_of(folder, name)
            addresses[name] = upload(file) if file else name
        return f"{found[1]}{addresses[name]}{found[3]}"

    return note.ADDRESS.sub(link, note.read(folder))


def publish(project: Project, *, iid: int, task: str, folder: Path) -> str:
    """Create or update the report's note; return which was done.

    If the description has the report of the same bundle, as a retrain's does, no note is written.
    A second report, left by an interrupted job, is deleted.
    Raises GitLabRefused, MissingArtifact, ReportRefused.
    """
    text = note.read_for(task, folder)
    if note.stands_in(project.description(iid), text):
        return "already in the description"
    earlier = [one for one in project.own_notes(iid) if note.is_report(one.body, task)]
    body = with_images(folder, project.upload)
    project.write_note(iid, body, over=earlier[0] if earlier else None)
    for spare in earlier[1:]:
        project.delete_note(iid, spare)
    return "updated" if earlier else "written"


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = name_parser(
        "Write the report as this task's only note on the pipeline's merge request. "
        "Reads REPO_TOKEN and GitLab's own CI_ variables."
    )
    found.add_argument("--report", required=True, type=Path, help="folder with report.md")
    return found


def main(
    arguments: Sequence[str] | None = None, *, environment: Mapping[str, str] = os.environ
) -> None:
    """Publish the report and print what was done."""
    options = parser().parse_args(arguments)
    iid = Job(environment).merge_request
    project = project_of(environment, target=True)
    done = publish(project, iid=iid, task=options.task, folder=options.report)
    print(f"merge request !{iid}: report {done}")


if __name__ == "__main__":
    sys.exit(run(main))
