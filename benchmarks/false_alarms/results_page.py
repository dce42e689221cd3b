"""The table of false alerts, with the exact interval of their rate."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.results import Figure, table


@dataclass(frozen=True)
class Cell:
    """All simulated months of one task, traffic and rate.

    alerts: how often each started.
    """

    task: str
    traffic: str
    rate: int
    months: int
    alerts: dict[str, int]

    @property
    def total(self) -> int:
        """False alerts of any kind."""
        return sum(self.alerts.values())

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval of alerts per month.

        Source: Garwood, Fiducial limits for the Poisson distribution, 1936.
        """
        from scipy.stats import chi2

        return float(chi2.ppf(0.025, 2 * self.total) / 2 / self.months) if self.total else 0.0

    @property
    def high(self) -> float:
        """The upper end of the same interval."""
        from scipy.stats import chi2

        return float(chi2.ppf(0.975, 2 * self.total + 2) / 2 / self.months)


def shown(cells: Sequence[Cell]) -> str:
    """Return the table as Markdown."""
    header = ["task", "traffic", "requests a minute", "months", "false alerts", "a month (95 %)"]
    rows: list[list[Figure]] = [
        [
            cell.task,
            cell.traffic,
            f"{cell.rate:,}" if cell.rate else "all",
            cell.months,
            _alerts(cell),
            f"{cell.total / cell.months:.2f} ({cell.low:.2f} to {cell.high:.2f})",
        ]
        for cell in cells
    ]
    return table(header, rows)


def _alerts(cell: Cell) -> str:
    named = ", ".join(f"{count} {name}" for name, count in cell.alerts.items() if count)
    return named or "0"
