"""Replay labelled history through the loop's own decisions: `python -m backtest`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from backtest import plot, table
from backtest.comparison import FORESEEN, NEVER, SHIPPED, lines, sentence
from backtest.errors import BadHistory
from backtest.experiment import Experiment
from backtest.made import TASKS, Request, made
from backtest.outcome import Outcome
from backtest.policies.known import POLICIES, usual
from training.command_line import add_task, run
from training.task.discovery import named

DRAWN = (NEVER, SHIPPED, FORESEEN)


def parser() -> argparse.ArgumentParser:
    """Return the command line. An empty value counts as not given."""
    found = argparse.ArgumentParser(prog="python -m backtest", description=__doc__)
    add_task(found, lambda name: named(name, TASKS))
    found.add_argument("--rows", default="", help="Parquet or CSV; default: the task's own rows")
    found.add_argument("--target", default="", help="the column of the labels in that file")
    found.add_argument("--decimal", default="", help="its decimal mark, if it is not clear")
    found.add_argument("--dates", default="", help="dmy or mdy, if it is not clear")
    found.add_argument(
        "--rate", default="", help="rows that arrive, such as 10/m; default: their own times"
    )
    found.add_argument("--late", default="", help="how late labels come, such as 2d; default: 0s")
    found.add_argument("--start", default="", help="rows of the first model (default: 2000)")
    found.add_argument("--horizon", default="", help="rows over which a gain counts (1000)")
    found.add_argument("--duration", default="", help="of a pipeline (default: 5m)")
    found.add_argument("--phases", default="", help="replays, each begins later (default: 1)")
    found.add_argument(
        "--policies",
        nargs="+",
        default=[],
        help=f"of {', '.join(POLICIES)} (default: all that can act)",
    )
    found.add_argument("--out", default="", help="folder (default: var/backtest/TASK)")
    return found


def main(arguments: Sequence[str] | None = None, *, root: Path = Path()) -> None:
    """Replay all policies, and write backtest.json, backtest.md and backtest.png."""
    options = parser().parse_args(arguments)
    for policy in options.policies:
        if policy not in POLICIES:
            raise BadHistory("policies", policy, f"some of {', '.join(POLICIES)}")
    request = Request(
        task=options.task,
        rows=options.rows,
        target=options.target,
        rate=options.rate,
        late=options.late or "0s",
        start=_count("start", options.start, 2000),
        horizon=_count("horizon", options.horizon, 1000),
        duration=options.duration or "5m",
        phases=_count("phases", options.phases, 1),
        decimal=options.decimal,
        dates=options.dates,
    )
    out = Path(options.out) if options.out else root / "var" / "backtest" / options.task
    experiment = Experiment(made(request, out, root=root), out / "results")
    policies = options.policies or usual(experiment.scenarios[0])
    outcomes = experiment.outcomes(policies)
    _write(outcomes, experiment, out)


def _count(field: str, text: str, default: int) -> int:
    if not text:
        return default
    if not text.isdecimal() or not int(text):
        raise BadHistory(field, text, "a whole number over 0")
    return int(text)


def _write(outcomes: dict[str, list[Outcome]], experiment: Experiment, out: Path) -> None:
    scenario = experiment.scenarios[0]
    output = scenario.task.output
    metric = output.metrics[output.headline]
    found = lines(outcomes, metric, scenario.horizon)
    said, shown = sentence(found, metric), table.rendered(found, metric.title)
    document = {
        "task": scenario.name,
        "metric": metric.title,
        "unit": metric.unit,
        "higher_is_better": metric.higher_is_better,
        "sentence": said,
        "lines": [asdict(line) for line in found.values()],
        "outcomes": [one.model_dump(mode="json") for own in outcomes.values() for one in own],
    }
    (out / "backtest.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (out / "backtest.md").write_text(f"{said}\n\n{shown}\n", encoding="utf-8")
    best = max(found.values(), key=lambda line: (line.policy not in DRAWN, line.gain)).policy
    drawn = {
        policy: outcomes[policy][0]
        for policy in dict.fromkeys((*DRAWN, best))
        if policy in outcomes
    }
    plot.draw(out / "backtest.png", drawn, metric)
    print(f"{said}\n\n{shown}\n\n{out / 'backtest.json'}, backtest.md, backtest.png")


if __name__ == "__main__":
    sys.exit(run(main))
