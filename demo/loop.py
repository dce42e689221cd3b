"""Run the whole loop on one machine: train, serve, drift, alert, retrain, merge, recover."""

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from demo.errors import DemoError
from demo.first_model import first_model, set_lookback
from demo.interrupt import end_on_signals
from demo.processes import Processes
from demo.screen import Screen
from demo.stage import Stage, relative
from demo.stories.known import chosen_story, stories
from demo.task import TASK, chosen_task
from demo.workspace import ROOT, Workspace
from training.errors import TrainingError
from training.task.task import Task
from training.tasks import TASKS

HELP = "help"  # in place of a shift


def finish(stage: Stage, shift: str) -> None:
    """Stop the traffic, collect the figures of the run, and write the results."""
    stage.traffic.stop()
    seen = stage.watch.look()
    out, task = stage.workspace.out, stage.workspace.task
    stage.timeline.summary |= {
        "task": task,
        "shift": shift,
        "requests": {"sent": stage.traffic.sent, "failed": stage.traffic.failed},
        "webhooks_received": seen.webhooks,
        "pipelines_triggered": len(seen.triggered()),
        "versions": stage.versions,
        "alerts": sorted(stage.fired),
    }
    stage.timeline.write(out, title=f"One loop of {task}, shift: {shift}")
    for request in sorted(seen.merge_requests, key=lambda request: request.iid):
        (out / "merge-request.html").write_text(stage.watch.page(request))


def run(task: str, shift: str, out: Path, console: Console) -> int:
    """Run one demo in a folder; return the exit code.

    task, shift: empty for the defaults.
    """
    workspace = None
    try:
        task = chosen_task(task)
        if shift == HELP:
            console.print(_shifts(task, TASKS[task]))
            return 0
        shift, story = chosen_story(shift, task, TASKS[task])
        workspace = Workspace(out, task)
        folder = relative(workspace.out)
        console.print(f"Task {task}, shift '{shift}': {story.about}. All files go to {folder}/.")
        with (
            workspace,
            Processes(workspace.logs) as processes,
            Screen(console, clock=time.monotonic) as screen,
        ):
            stage = Stage(workspace, processes, screen, cooldown=story.cooldown)
            story.prepare(stage)
            stage.note("starting the GitLab stand-in, service, Prometheus, Alertmanager and relay")
            set_lookback(stage, story.lookback)
            stage.start_programs()
            first_model(stage)
            story.tell(stage)
            finish(stage, shift)
            story.check(stage)
    except (DemoError, TrainingError, KeyboardInterrupt) as error:
        console.print(f"\n{'interrupted' if isinstance(error, KeyboardInterrupt) else error}")
        if workspace is not None:
            logs = relative(workspace.logs)
            console.print(f"All programs were stopped; their logs are in {logs}/.")
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    show_results(stage, console)
    return 0


def show_results(stage: Stage, console: Console) -> None:
    """Print the figures and the files' paths."""
    summary, out = stage.timeline.summary, relative(stage.workspace.out)
    scores = summary[stage.task.output.headline].items()
    figures = ", ".join(f"{key} {value}" for key, value in scores)
    console.print(f"\n{stage.metric.title} ({stage.metric.unit}): {figures}")
    console.print(
        f"requests: {summary['requests']['sent']} sent, {summary['requests']['failed']} failed"
    )
    console.print(
        f"webhooks received: {summary['webhooks_received']}, "
        f"pipelines triggered: {summary['pipelines_triggered']}, "
        f"versions served: {', '.join(summary['versions'])}"
    )
    for name in ("timeline.png", "timeline.json", "merge-request.html"):
        if (stage.workspace.out / name).exists():
            console.print(f"see {out}/{name}")


def _listed() -> str:
    """Return the shifts of every task, one a line."""
    head = "shifts by task, the default first (unit:COLUMN names the column):"
    return "\n".join([head, *(_shifts(name, task) for name, task in TASKS.items())])


def _shifts(name: str, task: Task) -> str:
    return "\n".join([f"  {name}", *(f"    {k}: {one.about}" for k, one in stories(task).items())])


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.loop",
        description=__doc__,
        epilog=_listed(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--task", default="", help=f"a folder of training/tasks (default: {TASK})")
    parser.add_argument(
        "--shift", default="", help="what happens to the traffic (default: the task's first)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "demo" / "out",
        help="folder for the working copy, logs and results (default: demo/out)",
    )
    options = parser.parse_args(arguments)
    end_on_signals()
    console = Console(highlight=False, soft_wrap=True)
    return run(options.task, options.shift, options.out, console)


if __name__ == "__main__":
    sys.exit(main())
