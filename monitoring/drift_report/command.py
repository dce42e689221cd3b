"""The subcommand `drift`: asks, prints the table, writes the page."""

import argparse
import time

from monitoring.prometheus_client import Prometheus
from monitoring.drift_report import html, table
from monitoring.drift_report.errors import NotWritten
from monitoring.drift_report.span import Span
from monitoring.drift_report.report import DriftReport, build
from monitoring.drift_report.version import choose
from monitoring.limits import own
from monitoring.thresholds import Thresholds

DRIFTS = 3


def run(options: argparse.Namespace) -> int:
    """Report on one span and return the exit code. Raises CommandFailed."""
    end = time.time() if options.end is None else options.end
    span = Span(prometheus=Prometheus(options.prometheus), since=options.since, end=end)
    version = choose(span, model=options.model, version=options.version)
    thresholds = Thresholds()
    thresholds = own(thresholds).get(version.model, thresholds)
    report = build(span, version, thresholds)
    print(table.text(report))
    _write(options, report, thresholds)
    print(f"\nPage with plots: {options.out}")
    return DRIFTS if options.fail_on_drift and report.drifts else 0


def _write(options: argparse.Namespace, report: DriftReport, thresholds: Thresholds) -> None:
    try:
        html.write(report, thresholds, options.out, most=options.top, runbook=options.runbook_url)
    except OSError as error:
        raise NotWritten(options.out, error) from error
