"""Decides whether the challenger replaces the champion. Run as `python -m training.gate`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from perennial.verdicts import Verdict
from training import params
from training.command_line import name_parser, run
from training.errors import BadParameter
from training.gate.judgement import judge
from training.gate.models import open_models
from training.gate.result import describe, write


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = name_parser(
        "Compare challenger and champion on the same test rows and write gate.json. "
        "Exit 0: promote or keep. Exit 1: block. Exit 2: the comparison was not possible."
    )
    against = found.add_mutually_exclusive_group(required=True)
    against.add_argument("--champion", type=Path, help="bundle folder")
    against.add_argument("--first", action="store_true", help="there is no champion yet")
    found.add_argument("--challenger", required=True, type=Path, help="bundle folder")
    found.add_argument("--prepared", type=Path, help="default: artifacts/TASK/prepared")
    found.add_argument(
        "--champion-prepared", type=Path, help="may be absent; default: beside the champion"
    )
    found.add_argument("--out", type=Path, help="default: artifacts/TASK/gate")
    found.add_argument("--params", type=Path, help="default: the task's own")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gate and return the exit code."""
    options = parser().parse_args(arguments)
    folder = Path("artifacts", options.task)
    gate = params.load(options.task, options.params).gate
    champion: Path | None = options.champion
    if champion is not None and not champion.is_dir():
        # A path with a slip in it must not promote.
        raise BadParameter("--champion", champion, "a bundle folder; --first says there is none")
    models = open_models(options.task, options.challenger, champion)
    beside = None if champion is None else champion.parent / "prepared"
    result = judge(
        *models,
        options.prepared or folder / "prepared",
        gate,
        champion_prepared=options.champion_prepared or beside,
    )
    write(result, options.out or folder / "gate")
    print(describe(result))
    return 1 if result.decision.verdict is Verdict.BLOCK else 0


if __name__ == "__main__":
    sys.exit(run(main))
