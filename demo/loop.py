"""Run the whole loop on one machine: train, serve, drift, alert, retrain, merge, recover."""

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from demo.errors import DemoError, LoopBroken
from demo.interrupt import end_on_signals
from demo.processes import Processes
from demo.screen import Screen
from demo.shifts import SHIFTS
from demo.stage import Stage, relative
from demo.story import LOSS, tell
from demo.workspace import ROOT, Workspace


def finish(stage: Stage, name: str) -> None:
    """Stop the traffic, collect the figures of the run, and write the results."""
    stage.traffic.stop()
    seen = stage.watch.look()
    out = stage.workspace.out
    stage.timeline.summary |= {
        "shift": name,
        "requests": {"sent": stage.traffic.sent, "failed": stage.traffic.failed},
        "webhooks_received": seen.webhooks,
        "pipelines_triggered": len(seen.triggered()),
        "versions": stage.versions,
    }
    stage.timeline.write(out, title=f"One loop, shift: {name}")
    for request in seen.merge_requests:
        (out / "merge-request.html").write_text(stage.watch.page(request))


def check_promises(stage: Stage, name: str) -> None:
    """Raise LoopBroken if the run does not show what the demo promises."""
    summary = stage.timeline.summary
    accuracy = summary["accuracy"]
    expected_pipelines = 0 if name == "none" else 1
    if summary["requests"]["failed"]:
        raise LoopBroken(
            f"requests: {summary['requests']['failed']} failed: {stage.traffic.failures[0]}"
        )
    if summary["pipelines_triggered"] != expected_pipelines:
        raise LoopBroken(
            f"pipelines_triggered: {summary['pipelines_triggered']}, expected {expected_pipelines}"
        )
    if name in {"none", "bad-labels"}:
        return
    if accuracy["before"] - accuracy["drifted"] < 0.15:
        raise LoopBroken(f"accuracy: {accuracy}, expected the shift to lower it by at least 0.15")
    if accuracy["before"] - accuracy["after"] > LOSS:
        raise LoopBroken(
            f"accuracy: {accuracy}, expected a recovery to within {LOSS} after the retrain"
        )


def run(name: str, out: Path, console: Console) -> int:
    """Run one demo in a folder; return the exit code."""
    workspace = Workspace(out)
    shift = SHIFTS[name]
    console.print(f"Shift '{name}': {shift.story}. All files go to {relative(workspace.out)}/.")
    try:
        with (
            workspace,
            Processes(workspace.logs) as processes,
            Screen(console, clock=time.monotonic) as screen,
        ):
            stage = Stage(workspace, processes, screen)
            stage.note("starting the GitLab stand-in, service, Prometheus, Alertmanager and relay")
            stage.start_programs()
            tell(stage, name, shift)
            finish(stage, name)
            check_promises(stage, name)
    except (DemoError, KeyboardInterrupt) as error:
        problem = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
        logs = relative(workspace.logs)
        console.print(f"\n{problem}\nAll programs were stopped; their logs are in {logs}/.")
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    show_results(stage, console)
    return 0


def show_results(stage: Stage, console: Console) -> None:
    """Print the figures and the files' paths."""
    summary, out = stage.timeline.summary, relative(stage.workspace.out)
    figures = ", ".join(f"{key} {value}" for key, value in summary["accuracy"].items())
    console.print(f"\naccuracy: {figures}")
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


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.loop", description=__doc__)
    shifts = "; ".join(f"{name}: {shift.story}" for name, shift in SHIFTS.items())
    parser.add_argument(
        "--shift",
        choices=SHIFTS,
        default="inverted",
        help=f"what happens to the traffic (default: inverted). {shifts}",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "demo" / "out",
        help="folder for the working copy, logs and results (default: demo/out)",
    )
    options = parser.parse_args(arguments)
    end_on_signals()
    return run(options.shift, options.out, Console(highlight=False, soft_wrap=True))


if __name__ == "__main__":
    sys.exit(main())
