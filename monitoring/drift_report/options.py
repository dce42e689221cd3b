"""The options of the subcommand `drift`, apart from it: they are read without matplotlib."""

import argparse
from pathlib import Path

from monitoring.alerts import RUNBOOK
from monitoring.command_line import add_prometheus, duration, moment, refused

ABOUT = "print how far each signal drifted, and write a page with plots"
EPILOG = (
    "Exit codes: 0 if the report was written, 1 if Prometheus did not answer, and with "
    "--fail-on-drift 3 if a signal drifts."
)
PLOTS = 12


def add(drift: argparse.ArgumentParser) -> None:
    """Add the options to the subcommand's parser."""
    drift.epilog = EPILOG
    add_prometheus(drift)
    drift.add_argument(
        "--since",
        type=duration,
        default="24h",
        help="how far back, such as 24h, 90m or 7d (default: %(default)s)",
    )
    drift.add_argument(
        "--end",
        type=moment,
        metavar="MOMENT",
        help="end: a UTC time such as 2026-11-21T14:30, or seconds since 1970 (default: now)",
    )
    drift.add_argument("--model", help="(default: the one that serves)")
    drift.add_argument("--version", help="of the model (default: the one that serves)")
    _add_page(drift)
    drift.add_argument(
        "--fail-on-drift", action="store_true", help="exit with 3 if a signal drifts"
    )


def _add_page(drift: argparse.ArgumentParser) -> None:
    drift.add_argument(
        "--out",
        type=Path,
        default=Path("var/drift.html"),
        metavar="FILE",
        help="where to write the page (default: %(default)s)",
    )
    drift.add_argument(
        "--top",
        type=_most,
        default=PLOTS,
        metavar="N",
        help="number of signals with plots, the worst first, or all (default: %(default)s)",
    )
    drift.add_argument(
        "--runbook-url",
        default=RUNBOOK,
        help="runbook that the page links to (default: %(default)s)",
    )


def _most(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise refused("number", text, "a whole number, or all")
    return int(text)
