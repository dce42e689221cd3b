"""Write the report: `python -m training.report --task digits --champion champion --out report`."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from training import params
from training.command_line import name_parser, run
from training.report.report_inputs import Environment, open_inputs
from training.report.summary import summary
from training.report.write import write
from training.trackers.addition import add
from training.trackers.choose import wait_of


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = name_parser(
        "Write report.md, its images and metrics.txt from artifacts/TASK and print a summary. "
        "The verdict is read from --gate; without it, the models are compared here the same way."
    )
    found.add_argument("--gate", type=Path, help="the gate's gate.json")
    found.add_argument(
        "--champion", type=Path, help="main's folder, laid out as artifacts/TASK; may be absent"
    )
    found.add_argument("--out", required=True, type=Path, help="folder for the report")
    found.add_argument("--artifacts", type=Path, help="default: artifacts/TASK")
    found.add_argument("--params", type=Path, help="default: the task's own")
    return found


def main(
    arguments: Sequence[str] | None = None, *, environment: Mapping[str, str] = os.environ
) -> None:
    """Write the report and print a summary."""
    options = parser().parse_args(arguments)
    inputs = open_inputs(
        task=options.task,
        folder=options.artifacts or Path("artifacts", options.task),
        main=options.champion,
        decided=options.gate,
        numbers=params.load(options.task, options.params),
        environment=Environment.read(environment, options.task),
    )
    path = write(inputs, options.out)
    pictures = sorted(options.out.glob("*.png"))
    add(inputs.folder, figures={}, files=[path, *pictures], wait=wait_of(environment))
    print(f"{summary(inputs)}\nreport: {path}")


if __name__ == "__main__":
    sys.exit(run(main))
