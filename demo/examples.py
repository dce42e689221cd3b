"""Play four merge requests and keep their pipelines' reports: `python -m demo.examples`."""

import argparse
import json
import re
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from ruamel.yaml import YAML

from demo.engineer import Engineer
from demo.errors import DemoError, LoopBroken
from demo.interrupt import end_on_signals
from demo.processes import Processes
from demo.recipe import Change, Example, recipe
from demo.stage import relative
from demo.task import TASK, chosen_task
from demo.workspace import ROOT, Workspace
from perennial.verdicts import Verdict
from training.task.files import params_file

UPLOAD = re.compile(r"\((/uploads/[0-9a-f]{32}/([\w.-]+))\)")


def shipped(task: str = TASK) -> dict[str, Any]:
    """Return a task's block `train` of this tree's params.yaml."""
    file = ROOT / params_file(task)
    document = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    block: dict[str, Any] = document["train"]
    return block


@dataclass(frozen=True)
class PlayedExample:
    """The result of an example.

    seconds: from the pipeline's creation to the report on the merge request.
    notes: reports on the merge request.  lock_pushed: whether the pipeline pushed to the branch.
    jobs: status by name.
    """

    name: str
    pipeline: str
    seconds: float
    notes: int
    lock_pushed: bool
    jobs: dict[str, str]
    report: str


class Player:
    """Plays the examples one after another on one forge."""

    def __init__(self, engineer: Engineer, console: Console) -> None:
        self._engineer = engineer
        self._console = console

    def start(self, change: Change) -> None:
        """Train main's first model, with some parameters changed, and push it."""
        self._say("training main's model")
        self._engineer.change(change)
        self._engineer.add_rows()
        self._engineer.train()
        self._engineer.commit("Train the first model")
        self._engineer.push("main", skip=True)

    def play(self, example: Example) -> PlayedExample:
        """Open the merge request and wait for its report."""
        engineer = self._engineer
        self._say(f"{example.name}: {example.title}")
        engineer.checkout(example.name)
        engineer.change(example.change)
        if example.trained:
            engineer.train()
        engineer.commit(example.title)
        sha = engineer.push(example.name)
        iid = engineer.open(example.name, example.title)
        played = self._played(example.name, iid, sha)
        if example.merged:
            engineer.push("main", skip=True)
        return played

    def again(self, example: Example, iid: int) -> PlayedExample:
        """Push a commit that changes no input of the model, and wait for the report."""
        self._say(f"{example.name}: again, without changes")
        self._engineer.follow(example.name)
        self._engineer.commit("Change nothing")
        return self._played(example.name, iid, self._engineer.push(example.name))

    def _played(self, name: str, iid: int, sha: str) -> PlayedExample:
        pipeline = self._engineer.pipeline(iid, sha)
        jobs = {job.name: job for job in pipeline.jobs.list(get_all=True)}
        reported = datetime.fromisoformat(jobs["comment"].finished_at)
        seconds = (reported - datetime.fromisoformat(pipeline.created_at)).total_seconds()
        request = self._engineer.project.mergerequests.get(iid)
        notes = [note for note in request.notes.list(iterator=True) if not note.system]
        mark = f"<!-- perennial-report: {self._engineer.task} -->"
        reports = [note.body for note in notes if mark in note.body]
        if not reports:
            raise LoopBroken(f"merge request !{iid}: no report, expected one")
        statuses = {job: found.status for job, found in jobs.items()}
        played = PlayedExample(
            name, pipeline.status, seconds, len(reports), request.sha != sha, statuses, reports[0]
        )
        self._say(f"{name}: {verdict(played.report)} after {seconds:.0f} s")
        return played

    def _say(self, text: str) -> None:
        self._console.print(f"{time.strftime('%H:%M:%S')}  {text}")


def verdict(report: str) -> str:
    """Return the verdict of a report.

    Raises LoopBroken where it has none.

    >>> verdict("# digits\\n\\n**Verdict: keep**: no significant difference")
    'keep'
    """
    found = re.search(f"Verdict: ({'|'.join(Verdict)})", report)
    if found is None:
        raise LoopBroken(f"report: no verdict in {report[:200]!r}")
    return found[1]


def keep(played: PlayedExample, forge: str, folder: Path) -> None:
    """Write a report as a reviewer sees it, with its images in the same folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)

    def fetch(upload: re.Match[str]) -> str:
        answer = httpx.get(f"{forge}{upload[1]}", timeout=30).raise_for_status()
        (folder / upload[2]).write_bytes(answer.content)
        return f"({upload[2]})"

    text = UPLOAD.sub(fetch, played.report).replace(forge, "https://gitlab.example.com")
    (folder / "report.md").write_text(text, encoding="utf-8")


def kept(task: str) -> Path:
    """Return where the reports of a task are kept."""
    folder = ROOT / "docs" / "examples"
    return folder if task == TASK else folder / task


def run(
    out: Path,
    reports: Path,
    console: Console,
    *,
    task: str = TASK,
    train: Mapping[str, Any] | None = None,
) -> list[PlayedExample]:
    """Play the examples in a folder, keep each report in its own, and return the results.

    The last example is played again with unchanged inputs.
    train: the block of the better model; as shipped by default.
    Raises DemoError.
    """
    train = train or shipped(task)
    plan = recipe(train["model"])
    examples = plan.examples(train)
    workspace = Workspace(out, task)
    all_played: list[PlayedExample] = []
    with workspace, Processes(workspace.logs) as processes:
        forge = [sys.executable, "-m", "demo.forge", "--root", str(workspace.state / "forge")]
        forge += ["--port", str(workspace.ports.forge)]
        forge += ["--config", str(workspace.state / "forge.json")]
        processes.start("forge", forge, env=workspace.environment(), cwd=workspace.checkout)
        address = workspace.addresses.forge
        processes.wait_for("forge", f"{address}/{workspace.addresses.project}")
        player = Player(Engineer(workspace, processes, task), console)
        player.start(plan.main())
        for example in examples:
            all_played.append(player.play(example))
            keep(all_played[-1], address, reports / example.name)
        all_played.append(player.again(examples[-1], len(examples)))
        write(all_played, workspace.out / "examples.json")
    return all_played


def write(all_played: list[PlayedExample], file: Path) -> None:
    """Write the results of the examples, without the reports."""
    rows: list[dict[str, Any]] = [asdict(played) for played in all_played]
    for row in rows:
        row["verdict"] = verdict(row.pop("report"))
    file.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.examples", description=__doc__)
    out = ROOT / "demo" / "out" / "examples"
    parser.add_argument("--task", default="", help="whose model; the example's by default")
    parser.add_argument(
        "--out", type=Path, default=out, help="folder for the working copy and logs"
    )
    parser.add_argument("--reports", type=Path, help="folder for the reports")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    end_on_signals()
    try:
        task = chosen_task(options.task)
        reports = options.reports or kept(task)
        console.print(f"All files go to {relative(options.out)}/. This takes about five minutes.")
        run(options.out, reports, console, task=task)
    except (DemoError, KeyboardInterrupt) as error:
        problem = str(error) or "interrupted"
        logs = relative(options.out / "logs")
        console.print(f"\n{problem}\nAll programs were stopped; their logs are in {logs}/.")
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    console.print(f"see {relative(reports)}/*/report.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
