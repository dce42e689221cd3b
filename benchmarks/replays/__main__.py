"""Compare the loop with calendars and an oracle: `python -m benchmarks.replays`."""

import argparse
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
from benchmarks.replays.scenarios import scenarios

COMMAND = "python -m benchmarks.replays"
# Of those that `make backtest` has, what a reader compares.
POLICIES = (
    *("never", "as shipped", "labels alone", "inputs alone", "every 2,000 rows"),
    "every 2,000 rows, no gate",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay the histories; write figures, page, and a plot of each into the folder."""
    options = _options(arguments)
    tables, figures = {}, {}
    for name in options.histories:
        experiment = Experiment(
            scenarios(HISTORIES[name], options.seeds, options.out), options.out / "results"
        )
        outcomes = experiment.outcomes(POLICIES)
        text, figures[name] = _compared(experiment, outcomes)
        tables[_key(name)] = text
        print(f"{name}\n\n{text}\n", flush=True)
        _draw(options.out / f"backtest-{_key(name)}.png", experiment, outcomes)
    known = results.RESULTS if options.results is None else options.results
    results.merge("backtest", figures, path=known)
    if options.page is not None:
        results.fill(options.page, tables, command=COMMAND)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--histories", nargs="+", choices=HISTORIES, default=list(HISTORIES))
    parser.add_argument("--seeds", type=int, default=3, help="replays of each (default: 3)")
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
    sys.exit(main())
