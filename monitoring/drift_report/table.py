"""The report as text for a terminal."""

from collections.abc import Iterator, Sequence

from monitoring.safe_text import plain
from monitoring.drift_report.signal_drift import SignalDrift
from monitoring.drift_report.report import DriftReport
from monitoring.drift_report.words import facts, headline, rule, shift

HEAD = ("signal", "rows", "bin", "its share", "PSI", "limit", "KS", "evidence", "status")
TO_THE_RIGHT = (1, 4, 5, 6, 7)
# Of a name that a label brings.
LONGEST = 28


def text(report: DriftReport) -> str:
    """Return the status, the facts, the table of signals and how to read it."""
    return "\n".join(_lines(report))


def _lines(report: DriftReport) -> Iterator[str]:
    yield plain(f"{report.version}, {report.span}")
    yield plain(headline(report))
    yield ""
    for name, fact in facts(report):
        yield f"{name}: {plain(fact)}"
    yield ""
    yield from _table([_row(one) for one in report.signals])
    yield ""
    yield "Its share: that of the bin that moved most, in the reference and in the span."
    yield rule(report)


def _row(found: SignalDrift) -> tuple[str, ...]:
    signal, (name, moved) = found.signal, shift(found)
    return (
        plain(signal.name, LONGEST),
        f"{signal.rows:,.0f}",
        plain(name, LONGEST),
        moved,
        f"{found.psi:z.3f}",
        f"{found.limit:.3f}",
        "" if found.ks is None else f"{found.ks:.3f}",
        f"{found.evidence:z.2f}",
        found.status.value,
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    every = [HEAD, *rows]
    widths = [max(len(row[place]) for row in every) for place in range(len(HEAD))]
    for row in every:
        cells = (
            cell.rjust(width) if place in TO_THE_RIGHT else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
