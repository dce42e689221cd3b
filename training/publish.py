"""One report note per merge request, updated in place. Run as `python -m training.publish`."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from training.command import run, task_parser
from training.errors import BadParameter, MissingArtifact, ReportRefused
from training.gitlab import Project, connect, variable

REPORT = "report.md"
IMAGE = re.compile(r"!\[([^\]\n]*)\]\(([^)\s]+)\)")
# GitLab's limits: a note's characters; a description's are a little more.
LIMIT = 1_000_000
BUNDLE = re.compile(r"<!-- perennial-bundle: \w+ -->")


def marker(task: str) -> str:
    """Return what a task's note begins with: a comment that GitLab does not show.

    >>> marker("digits")
    '<!-- perennial-report: digits -->'
    """
    return f"<!-- perennial-report: {task} -->"


def read_report(folder: Path) -> str:
    """Return a report's Markdown. Raises MissingArtifact."""
    report = folder / REPORT
    if not report.is_file():
        raise MissingArtifact(report)
    return report.read_text(encoding="utf-8")


def with_images(folder: Path, upload: Callable[[Path], str]) -> str:
    """Return a report's Markdown with its images uploaded and linked, each once.

    Addresses that name no file of the folder stay as they are.
    Raises MissingArtifact, ReportRefused where the text is too long for GitLab.
    """
    addresses: dict[str, str] = {}

    def link(image: re.Match[str]) -> str:
        name = image[2]
        if name not in addresses:
            inside = Path(name).name == name and (folder / name).is_file()
            addresses[name] = upload(folder / name) if inside else name
        return f"![{image[1]}]({addresses[name]})"

    text = IMAGE.sub(link, read_report(folder))
    if len(text) > LIMIT:
        raise ReportRefused(
            f"{folder / REPORT}: got {len(text)} characters, expected at most {LIMIT}"
        )
    return text


def publish(project: Project, *, iid: int, task: str, folder: Path) -> str:
    """Write the report's note, or over the one that is there; return which was done.

    Where the description holds the report of the same bundle, as a retrain's does, nothing is.
    """
    bundle = BUNDLE.search(read_report(folder))
    if bundle and bundle[0] in project.description(iid):
        return "stands in the description"
    body = f"{marker(task)}\n{with_images(folder, project.upload)}"
    earlier = next(
        (note for note in project.own_notes(iid) if note.body.startswith(marker(task))), None
    )
    project.write_note(iid, body, over=earlier)
    return "written" if earlier is None else "updated"


def merge_request_of(environment: Mapping[str, str]) -> int:
    """Return the number of the merge request whose pipeline this is.

    Raises MissingVariable, BadParameter.
    """
    name = "CI_MERGE_REQUEST_IID"
    text = variable(environment, name, "as GitLab sets it in a merge request's pipeline")
    if not text.isdigit():
        raise BadParameter(name, text, "a number")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = task_parser(
        "Write the report as the one note of this task on the merge request of the pipeline. "
        "Reads REPO_TOKEN, CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID."
    )
    found.add_argument("--report", required=True, type=Path, help="folder with report.md")
    return found


def main(
    arguments: Sequence[str] | None = None, *, environment: Mapping[str, str] = os.environ
) -> None:
    """Publish, and say what was done."""
    options = parser().parse_args(arguments)
    iid = merge_request_of(environment)
    project = connect(environment)
    done = publish(project, iid=iid, task=options.task, folder=options.report)
    print(f"merge request !{iid}: report {done}")


if __name__ == "__main__":
    sys.exit(run(main))
