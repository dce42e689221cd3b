"""The policies side by side, as Markdown."""

from collections.abc import Mapping

from backtest.comparison import Line
from perennial.plural import counted

HEAD = (
    "| policy | {score} | gain over never | share of the oracle's | pipelines | promoted "
    "| needless | missed | delay, rows | training, s | energy, J |"
)


def rendered(lines: Mapping[str, Line], score: str) -> str:
    """Return the table; score: the headline's title."""
    head = HEAD.format(score=score)
    rule = "|---" + "|---:" * (head.count("|") - 2) + "|"
    return "\n".join([head, rule, *(_row(line) for line in lines.values())])


def _row(line: Line) -> str:
    spread = f" ± {line.spread:.2g}" if line.spread else ""
    share = "" if line.share is None else f"{line.share:.0%}"
    cells = (
        line.policy,
        f"{line.score:.4g}{spread}",
        f"{line.gain:.3g}",
        share,
        counted(line.started),
        counted(line.promoted),
        counted(line.needless),
        "" if line.missed is None else counted(line.missed),
        "" if line.delay is None else f"{line.delay:.0f}",
        f"{line.seconds:.0f}",
        f"{line.joules:.0f}",
    )
    return "| " + " | ".join(cells) + " |"
