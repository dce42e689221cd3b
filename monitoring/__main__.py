"""`python -m monitoring generate` writes every file that monitoring generates."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from monitoring import files
from monitoring.alerts import RUNBOOK
from monitoring.thresholds import Thresholds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code."""
    options = _parser().parse_args(arguments)
    for path in files.write(options.root, Thresholds(), runbook=options.runbook_url):
        print(path)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    generate = commands.add_parser("generate", help="write rules, alerts and configurations")
    generate.add_argument(
        "--root", type=Path, default=Path(), help="folder to write under (default: this one)"
    )
    generate.add_argument(
        "--runbook-url",
        default=RUNBOOK,
        help=f"address of the runbook, for the alerts' runbook_url (default: {RUNBOOK})",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
