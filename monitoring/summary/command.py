"""The subcommand `drift`: asks, prints the table, writes the page."""

import argparse
import time

from monitoring.prometheus_client import Prometheus
from monitoring.summary import html, table
from monitoring.summary.errors import NotWritten
from monitoring.summary.span import Span
from monitoring.summary.summary import Summary, summarise
from monitoring.summary.version import choose
from monitoring.thresholds import Thresholds

DRIFTS = 3


def run(options: argparse.Namespace) -> int:
    """Report on one span and return the exit code. Raises CommandFailed."""
    thresholds = Thresholds()
    end = time.time() if options.end is None else options.end
    span = Span(prometheus=Prometheus(options.prometheus), since=options.since, end=end)
    version = choose(span, model=options.model, version=options.version)
    summary = summarise(span, version, thresholds)
    print(table.text(summary))
    _write(options, summary, thresholds)
    print(f"\nPage with plots: {options.out}")
    return DRIFTS if options.fail_on_drift and summary.drifts else 0


def _write(options: argparse.Namespace, summary: Summary, thresholds: Thresholds) -> None:
    try:
        html.write(summary, thresholds, options.out, most=options.top, runbook=options.runbook_url)
    except OSError as error:
        raise NotWritten(options.out, error) from error
