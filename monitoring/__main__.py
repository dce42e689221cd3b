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
    return int(options.run(options))


def _generate(options: argparse.Namespace) -> int:
    # Here, because the relay's image has no use for Grafana's builders.
    from monitoring.grafana.files import generated as grafana

    thresholds, runbook = Thresholds(), options.runbook_url
    made = {
        **files.generated(thresholds, runbook=runbook),
        **grafana(thresholds, runbook=runbook),
    }
    for path in files.put(options.root, made):
        print(path)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    generate = commands.add_parser(
        "generate", help="write rules, alerts, dashboards and configurations"
    )
    generate.set_defaults(run=_generate)
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
