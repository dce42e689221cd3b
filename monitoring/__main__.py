"""`python -m monitoring` writes what monitoring generates, and draws what Prometheus knows."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from monitoring import generated_files, limits
from monitoring.alerts import RUNBOOK
from monitoring.errors import CommandFailed, NoMatplotlib
from monitoring.preview import options as preview
from monitoring.relay import limits as of_relay
from monitoring.drift_report import options as drift_options
from monitoring.thresholds import Thresholds

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
RELAY_LIMITS = Path("monitoring", "relay", of_relay.FOLDER.name)
MATPLOTLIB = "Needs matplotlib: pip install 'perennial[preview]'."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CommandFailed as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return error.code


def _generate(options: argparse.Namespace) -> int:
    # Here, because the relay's image has no use for Grafana's builders.
    from monitoring.grafana.generated_files import generated as grafana

    thresholds, runbook = Thresholds(), options.runbook_url
    own = limits.own(thresholds)
    made = {
        **generated_files.generated(thresholds, own=own, runbook=runbook),
        **grafana(thresholds, own=own, runbook=runbook),
    }
    models = of_relay.write(limits.relay(Thresholds()), options.root / RELAY_LIMITS)
    files = generated_files.put(options.root, made)
    print(*files, *(file.relative_to(options.root) for file in models), sep="\n")
    return 0


def _drawn(package: str, options: argparse.Namespace) -> int:
    """Run the command of a package that draws. Raises CommandFailed."""
    try:
        command = import_module(f"monitoring.{package}.command")
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise NoMatplotlib from error
    return int(command.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _add_generate(commands)
    preview.add(_drawing(commands, "preview", preview.ABOUT, package="preview"))
    drift_options.add(_drawing(commands, "drift", drift_options.ABOUT, package="drift_report"))
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


def _drawing(commands: Commands, name: str, about: str, *, package: str) -> argparse.ArgumentParser:
    """Add a subcommand whose package needs matplotlib, still without options."""
    made = commands.add_parser(name, help=about, description=f"{about}. {MATPLOTLIB}")
    made.set_defaults(run=partial(_drawn, package))
    return made


if __name__ == "__main__":
    sys.exit(main())
