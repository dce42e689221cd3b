"""`python -m monitoring` writes what monitoring generates, and draws its dashboards."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from monitoring import files
from monitoring.alerts import RUNBOOK
from monitoring.errors import InvalidThreshold
from monitoring.thresholds import Thresholds, seconds

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


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


def _preview(options: argparse.Namespace) -> int:
    from monitoring.preview.errors import NoMatplotlib, PreviewError

    try:
        from monitoring.preview import command
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        print(f"preview: {NoMatplotlib()}", file=sys.stderr)
        return 2
    try:
        return command.run(options)
    except PreviewError as error:
        print(f"preview: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_generate(commands)
    _add_preview(commands)
    return parser


def _add_generate(commands: Commands) -> None:
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


def _add_preview(commands: Commands) -> None:
    about = "draw each dashboard from a Prometheus to a PNG, plainly, without a Grafana"
    preview = commands.add_parser(
        "preview",
        help=about,
        description=f"{about}. Needs matplotlib: pip install 'perennial[preview]'.",
    )
    preview.set_defaults(run=_preview)
    preview.add_argument(
        "--prometheus",
        default="http://localhost:9090",
        metavar="URL",
        help="(default: %(default)s)",
    )
    preview.add_argument(
        "--out",
        type=Path,
        default=Path("var/preview"),
        metavar="DIR",
        help="(default: %(default)s)",
    )
    preview.add_argument(
        "--end", type=float, metavar="SECONDS", help="latest moment, since 1970 (default: now)"
    )
    preview.add_argument(
        "--span", type=_duration, help="how far back, as 30m (default: each dashboard's own)"
    )
    preview.add_argument(
        "--window",
        choices=Thresholds().windows,
        help="of drift and accuracy (default: the short one)",
    )
    preview.add_argument(
        "--rate-interval",
        type=_duration,
        default="1m",
        metavar="SPAN",
        help="that rates are taken over, four scrapes or more (default: %(default)s)",
    )


def _duration(text: str) -> str:
    try:
        seconds(text)
    except InvalidThreshold as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


if __name__ == "__main__":
    sys.exit(main())
