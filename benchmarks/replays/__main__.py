"""Compare the loop with calendars and an oracle: `python -m benchmarks.replays`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from backtest import plot, table
from backtest.comparison import lines, sentence
from backtest.experiment import Experiment
from backtest.made import TASKS
from backtest.outcome import Outcome
from benchmarks import results
from benchmarks.replays.histories import HISTORIES
from benchmarks.replays.scenarios import check_rows, scenarios
from training.command_line import run

Figures = dict[str, dict[str, float]]
COMMAND = "python -m benchmarks.replays"
# Of those that `make backtest` has, what a reader compares.
POLICIES = (
    *("never", "as shipped", "labels alone", "inputs alone", "every 2,000 rows"),
    "every 2,000 rows, no gate",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay the histories; write figures, page, and a plot of each."""
    options = _options(arguments)
    check_rows(HISTORIES[name] for name in options.histories)
    tables: dict[str, str] = {}
    figures: Figures = {}
    for name in options.histories:
        experiment = Experiment(
            scenarios(HISTORIES[name], options.seeds, options.out), options.out / "results"
        )
        outcomes = experiment.outcomes(
            ("as shipped",) if options.quick else POLICIES, foresight=not options.quick
        )
        text, figures[name] = _compared(experiment, outcomes)
        tables[_key(name)] = text
        print(f"{name}\n\n{text}\n", flush=True)
        if not options.quick:
            _draw(options.out / f"backtest-{_key(name)}.png", experiment, outcomes)
    if options.quick:
        return 0
    file = results.RESULTS if options.results is None else options.results
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    results.merge("backtest", together(known.get("backtest", {}), figures), path=file)
    if options.page is not None:
        results.fill(options.page, tables, command=COMMAND)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--histories", nargs="+", choices=HISTORIES, default=list(HISTORIES))
    parser.add_argument("--seeds", type=int, default=3, help="replays of each (default: 3)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="play never, as shipped and clocks as often, and write nothing",
    )
    parser.add_argument("--out", type=Path, default=Path("var", "backtest", "all"))
    parser.add_argument("--page", type=Path, help="Markdown with places for the tables")
    parser.add_argument("--results", type=Path, help="JSON to merge into")
    options = parser.parse_args(arguments)
    for name in options.histories:
        task = HISTORIES[name].task
        if task not in TASKS:
            parser.error(f"--histories: got {name!r}, expected `make data TASK={task}` first")
    return options


def _key(name: str) -> str:
    """Return a history's name as the marker of its table.

    >>> _key("made, concept only")
    'made-concept-only'
    """
    return "-".join(name.replace(",", "").split())


def together(known: Figures, new: Figures) -> Figures:
    """Return the new figures and, of the other histories that there are, the known ones.

    >>> together({"bikes": {"never": 122.0}, "gone": {}}, {"weather": {"never": 0.77}})
    {'bikes': {'never': 122.0}, 'weather': {'never': 0.77}}
    """
    both = {**known, **new}
    return {name: both[name] for name in HISTORIES if name in both}


def _compared(
    experiment: Experiment, outcomes: dict[str, list[Outcome]]
) -> tuple[str, dict[str, float]]:
    scenario = experiment.scenarios[0]
    metric = scenario.task.output.metrics[scenario.task.output.headline]
    found = lines(outcomes, metric, scenario.horizon)
    text = f"{sentence(found, metric)}\n\n{table.rendered(found, metric.title)}"
    return text, {policy: round(line.score, 4) for policy, line in found.items()}


def _draw(file: Path, experiment: Experiment, outcomes: dict[str, list[Outcome]]) -> None:
    output = experiment.scenarios[0].task.output
    drawn = ("never", "as shipped", "every 2,000 rows", "oracle")
    first = {policy: outcomes[policy][0] for policy in drawn}
    plot.draw(file, first, output.metrics[output.headline])


if __name__ == "__main__":
    sys.exit(run(main))
