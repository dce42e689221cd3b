"""The options of the subcommand `preview`, apart from it: they are read without matplotlib."""

import argparse
from pathlib import Path

from monitoring.command_line import add_prometheus, duration, moment
from monitoring.thresholds import Thresholds

ABOUT = "draw each dashboard to a PNG from the data in Prometheus, without Grafana"


def add(preview: argparse.ArgumentParser) -> None:
    """Add the options to the subcommand's parser."""
    add_prometheus(preview)
    preview.add_argument(
        "--out",
        type=Path,
        default=Path("var/preview"),
        metavar="DIR",
        help="(default: %(default)s)",
    )
    preview.add_argument(
        "--end",
        type=moment,
        metavar="MOMENT",
        help="end: a UTC time such as 2026-11-21T14:30, or seconds since 1970 (default: now)",
    )
    preview.add_argument(
        "--span",
        type=duration,
        help="how far back, such as 30m (default: each dashboard's own, as far as there are data)",
    )
    preview.add_argument(
        "--window",
        choices=Thresholds().windows,
        help="of drift and accuracy (default: the short one)",
    )
    preview.add_argument(
        "--rate-interval",
        type=duration,
        default="1m",
        metavar="SPAN",
        help="window of rates, at least four scrapes (default: %(default)s)",
    )
