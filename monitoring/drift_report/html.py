"""The report as one HTML file that needs nothing else: no script, no address, no font."""

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path

from monitoring import alerts
from monitoring.drift_report import plots
from monitoring.drift_report.drift_status import DriftStatus
from monitoring.drift_report.signal_drift import SignalDrift
from monitoring.drift_report.report import DriftReport
from monitoring.drift_report.words import UNUSUAL, facts, headline, rule, shift
from monitoring.thresholds import Thresholds
from perennial.plural import plural

STYLE = Path(__file__).with_name("html.css")
COLUMNS = (
    ("Signal", False),
    ("Status", False),
    ("Rows", True),
    ("Bin that moved most", False),
    ("Its share, reference → span", False),
    ("PSI", True),
    ("Its limit", True),
    ("KS", True),
    ("Evidence", True),
)
DRIFT = ("DataDrift", "PredictionDrift")
ACCURACY, LOSS = ("AccuracyDrop", "EstimatedAccuracyDrop"), ("LossRise",)
INTERVALS = ("IntervalCoverageDrop", "EstimatedLossRise")
CLASSES = {DriftStatus.DRIFT: "drift", DriftStatus.WATCH: "watch", DriftStatus.STEADY: "steady"}


def write(
    report: DriftReport, thresholds: Thresholds, path: Path, *, most: int | None, runbook: str
) -> None:
    """Write the page; most: signals with plots, all where None.  runbook: its address or path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if "://" not in runbook:
        runbook = Path(os.path.relpath(runbook, path.parent)).as_posix()
    path.write_text("\n".join(_page(report, thresholds, most, runbook)), encoding="utf-8")


def _page(
    report: DriftReport, thresholds: Thresholds, most: int | None, runbook: str
) -> Iterator[str]:
    title = escape(f"Drift of {report.version}")
    plotted = report.signals[:most]
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>"
    yield f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body>"
    yield f'<h1>{title}</h1><div class="faint">{escape(str(report.span))}</div>'
    yield f'<p class="headline {_tone(report)}">{escape(headline(report))}</p>'
    yield "<dl>"
    for name, fact in facts(report):
        yield f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>"
    yield "</dl><h2>Signals</h2>"
    yield from _table(report, len(plotted))
    yield f'<p class="faint">{escape(rule(report))}</p>'
    for place, found in enumerate(plotted):
        yield from _plots(place, found, report, thresholds)
    if left := len(report.signals) - len(plotted):
        yield f'<p class="faint">{left} more signals without plots: see <code>--top</code>.</p>'
    yield from _foot(report, thresholds, runbook)
    yield "</body></html>\n"


def _tone(report: DriftReport) -> str:
    return next((CLASSES[status] for status in CLASSES if report.having(status)), "faint")


def _table(report: DriftReport, plotted: int) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr>'
    for name, number in COLUMNS:
        yield f'<th{_right(number)} scope="col">{escape(name)}</th>'
    yield "</tr></thead><tbody>"
    for place, found in enumerate(report.signals):
        yield f"<tr>{''.join(_cells(place, found, place < plotted))}</tr>"
    yield "</tbody></table></div>"


def _cells(place: int, found: SignalDrift, plotted: bool) -> Iterator[str]:
    name = escape(found.signal.name)
    yield f'<td><a href="#signal-{place}">{name}</a></td>' if plotted else f"<td>{name}</td>"
    yield f"<td>{_badge(found)}</td>"
    moved, shares = shift(found)
    ks = "" if found.ks is None else f"{found.ks:.3f}"
    values = (
        f"{found.signal.rows:,.0f}",
        moved,
        shares,
        f"{found.psi:z.3f}",
        f"{found.limit:.3f}",
        ks,
        f"{found.evidence:z.2f}",
    )
    for (_, number), value in zip(COLUMNS[2:], values, strict=True):
        yield f"<td{_right(number)}>{escape(value)}</td>"


def _right(number: bool) -> str:
    return ' class="number"' if number else ""


def _badge(found: SignalDrift) -> str:
    status = found.status
    return f'<span class="status {CLASSES.get(status, "faint")}">{status.value}</span>'


def _plots(
    place: int, found: SignalDrift, report: DriftReport, thresholds: Thresholds
) -> Iterator[str]:
    signal = found.signal
    rows, size = plural(round(signal.rows), "row"), plural(round(signal.size), "row")
    said = f"PSI {found.psi:z.3f}, {rows}, reference of {size}"
    yield f'<section id="signal-{place}"><h3>{escape(signal.name)} · {_badge(found)}</h3>'
    yield f'<div class="faint">{said}</div><div class="plots">'
    yield f"<figure>{plots.shares(found)}"
    yield "<figcaption>Share of rows by bin, reference and span</figcaption></figure>"
    yield f"<figure>{plots.over_time(found, report, thresholds)}"
    yield "<figcaption>PSI as recorded, with each window's least limit</figcaption></figure>"
    yield "</div></section>"


def _foot(report: DriftReport, thresholds: Thresholds, runbook: str) -> Iterator[str]:
    windows = ", ".join(
        f"{thresholds.psi_limit(window):g} over {window}" for window in thresholds.watched_windows
    )
    links = ", ".join(
        f'<a href="{escape(runbook)}#{name.lower()}">{name}</a>'
        for name in _headings(report, thresholds)
    )
    yield "<h2>How to read it</h2><dl>"
    says = ", as the rules decided" if report.decided else f". {UNUSUAL}"
    yield f"<dt>drift</dt><dd>effect and evidence pass their limits{says}</dd>"
    yield "<dt>watch</dt><dd>evidence passes, and the effect is over half of its limit</dd>"
    yield "<dt>too few rows</dt><dd>even a shift at the limit could not be told from chance</dd>"
    yield f"<dt>Least limits of PSI</dt><dd>{escape(windows)}</dd>"
    yield (
        f"<dt>Limits of evidence</dt><dd>hold for every look in {escape(thresholds.quiet_for)}, "
        "for all signals together</dd>"
    )
    yield (
        f"<dt>Limits of {'loss' if report.loss else 'accuracy'}</dt>"
        f"<dd>{thresholds.accuracy_z:g} standard errors, {thresholds.least_rows:g} rows</dd>"
    )
    yield f"<dt>What to do</dt><dd>{links}</dd>"
    yield f"<dt>Prometheus</dt><dd><code>{escape(report.span.prometheus.url)}</code></dd>"
    yield "</dl>"


def _headings(report: DriftReport, thresholds: Thresholds) -> list[str]:
    """Return the runbook's headings for what fired, and for what this page may show."""
    known = {alert.name for alert in alerts.every(thresholds)}
    fired = [alert.name for alert in report.alerts if alert.name in known]
    measured = (*LOSS, *(INTERVALS if report.intervals else ())) if report.loss else ACCURACY
    return list(dict.fromkeys([*fired, *DRIFT, *measured]))
