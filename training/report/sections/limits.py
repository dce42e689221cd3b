"""Limits: what the loop would have done with main's limits and with these, where they differ."""

from pathlib import Path
from typing import Any

from perennial.statistics.figures import decimals, written
from training.artifacts.files import read_json
from training.report.markdown import table
from training.report.report_inputs import ReportInputs

# Written by ci/backtest: of this commit's limits, and of main's.
HERE, MAIN = "backtest/here.json", "backtest/main.json"
SHIPPED = "as shipped"
BESIDE = ("a clock, as often", "a clock, as often, no gate", "oracle")
HEAD = ("gain over never", "share of the oracle's", "pipelines", "promoted", "needless")


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return both replays side by side; nothing where no limits changed."""
    here, main = inputs.folder / HERE, inputs.folder / MAIN
    if not here.is_file():
        return []
    new = read_json(here)
    if not main.is_file():
        return ["## Limits", new["sentence"]]
    rows = _rows(new, read_json(main))
    alike = rows[1][1:] == rows[2][1:]
    said = "Both sets of limits decide alike on them." if alike else new["sentence"]
    return [
        "## Limits",
        f"Other limits of alerts and retrains, tried on the rows of {inputs.task} in the order of "
        f"their times. {said}",
        table(["policy", new["metric"], *HEAD], rows, numbers=1 + len(HEAD)),
        "The oracle looks ahead, and the clocks start as many pipelines as these limits do. How "
        "this is computed: docs/backtest.md.",
    ]


def _rows(new: dict[str, Any], before: dict[str, Any]) -> list[list[object]]:
    """Return a row for never, for main's limits and for these, and for what there is beside."""
    here = {line["policy"]: line for line in new["lines"]}
    main = {line["policy"]: line for line in before["lines"]}
    found = {
        "never": here["never"],
        f"{SHIPPED}, main's limits": main[SHIPPED],
        f"{SHIPPED}, these limits": here[SHIPPED],
        **{name: here[name] for name in BESIDE if name in here},
    }
    scores = [line["score"] for line in found.values()]
    places = decimals(*scores)
    return [[name, *_cells(line, places)] for name, line in found.items()]


def _cells(line: dict[str, Any], places: int) -> list[object]:
    share = line["share"]
    return [
        written(line["score"], places),
        written(line["gain"], places),
        "" if share is None else f"{share:.0%}",
        *(f"{line[name]:.0f}" for name in ("started", "promoted", "needless")),
    ]
