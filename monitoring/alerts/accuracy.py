"""What the alerts on accuracy, loss and intervals share: how a drop or a rise is asked for."""

from monitoring.alerts.alert import SERVING
from monitoring.recording.costs import QUALITY, USUAL, of
from monitoring.recording.series import VERSION
from monitoring.recording.slump import SLUMP, SLUMP_COST, SLUMP_ROWS
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

# A scrape that fails leaves two evaluations without a value, which must not end a slump's alert.
GAP = "1m"
WHOLE, PERCENT = 'printf "%.0f"', "humanizePercentage"
SHORT = 'printf "%.4g"'
FELL = (
    'is {{ printf "%.3f" $value }} below the accuracy that the version was accepted with, '
    "and below its control limit."
)
UNKNOWN = "unknown, since labels contradict the estimate"
# A measured value, its control limit, and the rows it was measured on.
Series = tuple[str, str, str]


def slump(quality: str) -> str:
    """Return the expression of a slump: how much more a row costs since then than is usual."""
    cost, rows, usual, slump = (
        f"last_over_time({series}{of(quality)}[{GAP}])"
        for series in (SLUMP_COST, SLUMP_ROWS, USUAL, SLUMP)
    )
    serving = f"and on ({VERSION}) (last_over_time({metrics.INFO.name}[{GAP}]) == 1)"
    return (
        f"sum by ({VERSION}) (\n  {cost}\n  / ({rows} > 0)\n  - {usual}\n"
        f"  and {slump} == 1\n)\n{serving}"
    )


def since(quality: str) -> str:
    """Return what asks for the number of labels since a slump began."""
    return ask(SLUMP_ROWS, WHOLE, quality=quality)


def changed(change: str) -> str:
    """Return the expression of an estimate that fell or rose too far, also where it is unknown now.

    change: the recorded series of how far.
    """
    return f"{change} > 0\n{SERVING}"


def amounts(series: Series, unit: str, thresholds: Thresholds, *, missing: str = "") -> str:
    """Return a sentence with the value, its limit and its rows; unit: what the rows are.

    missing: what is written where there is no value.
    """
    value, limit, rows = series
    return (
        f"In the last {thresholds.short_window}: {ask(value, PERCENT, missing=missing)}, limit "
        f"{ask(limit, PERCENT)}, {ask(rows, WHOLE)} {unit}."
    )


def ask(series: str, show: str, *, quality: str = "", missing: str = "") -> str:
    """Return what asks for a series of the alert's version; show: how its value is written.

    quality: that of the series, if it has one.  missing: what is written where it has no value.
    """
    chosen = f",{QUALITY}='{quality}'" if quality else ""
    query = f"{series}{{model='%s',version='%s'{chosen}}}"
    found = f'{{{{ with printf "{query}" $labels.model $labels.version | query }}}}'
    otherwise = f"{{{{ else }}}}{missing}" if missing else ""
    return found + f"{{{{ . | first | value | {show} }}}}{otherwise}{{{{ end }}}}"
