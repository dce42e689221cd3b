"""Make a task from a file of rows, train its first model and write its report.

`make task NAME=churn KIND=table OUTPUT=classes FILE=rows.csv TARGET=churned` calls it.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from perennial.plural import plural
from training.bring.cells import read
from training.bring.gaps import GAPS
from training.bring.inferred import Inferred, infer_task
from training.bring.request import Request
from training.bring.trial import new_folders, report_folder, train
from training.bring.write import write
from training.command_line import run
from training.task.files import data_folder, folder

LARGE = 5 * 2**20  # bytes of rows, from which git is not the place for them
NEXT = """
The task {name} is in {folder}/ and {data}/; its report is {report}/report.md.
Next:
  1. Read what was inferred and what to look at, above and in {data}/README.md; correct task.py.
  2. Fill in {folder}/card.md.
  3. Serve it:  PERENNIAL_BUNDLES=var/bundles deploy/local/deploy artifacts/{name}/bundle
                make serve
     and ask it:  curl -s localhost:8000/predict -H 'Content-Type: application/json' \\
                    -d @{folder}/example.json
  4. Keep it:  {keep}
docs/bring-your-own.md goes on from here, up to the first retrain.
To begin again: make task-remove NAME={name} FORCE=1
"""


def parser() -> argparse.ArgumentParser:
    """Return the command line; each option is a variable of `make task`."""
    found = argparse.ArgumentParser(prog="python -m training.bring", description=__doc__)
    found.add_argument("--name", default="", help="the task's")
    found.add_argument("--kind", default="table", help="of the rows: table")
    found.add_argument("--output", default="classes", help="what is predicted: classes or number")
    found.add_argument("--file", default="", help="CSV or Parquet")
    found.add_argument("--target", default="", help="the column to predict")
    found.add_argument("--time", default="", help="the column that orders the rows")
    found.add_argument(
        "--sensitive", default="", help="columns of which nothing is kept, or by `:hash` a hash"
    )
    found.add_argument("--unused", default="", help="columns to leave out")
    found.add_argument("--words", default="", help="columns whose numbers are names of something")
    found.add_argument("--gaps", default="", help="the words that are gaps, and no others")
    found.add_argument("--decimal", default="", help="the decimal mark, if it is not clear")
    found.add_argument("--dates", default="", help="dmy or mdy, if it is not clear")
    return found


def request(arguments: Sequence[str] | None = None) -> Request:
    """Return what the command line asks for."""
    given = parser().parse_args(arguments)
    sensitive = [item.partition(":") for item in _items(given.sensitive)]
    return Request(
        name=given.name,
        file=Path(given.file).expanduser(),
        target=given.target.strip(),
        kind=given.kind or "table",
        output=given.output or "classes",
        time=given.time.strip(),
        sensitive={name: how or "drop" for name, _, how in sensitive},
        unused=_items(given.unused),
        words=_items(given.words),
        decimal=given.decimal,
        dates=given.dates,
        gaps=_items(given.gaps) or GAPS,
    )


def main(arguments: Sequence[str] | None = None, *, root: Path = Path()) -> None:
    """Make the task. Raises BadParameter and TrialFailed, after which nothing of it is there."""
    wanted = request(arguments)
    wanted.check(root)
    inferred = infer_task(wanted, read(root / wanted.file))
    _print(inferred)
    with new_folders(wanted.name, root):
        write(inferred, root)
        train(wanted.name, root)
    print(_next(wanted.name, root))


def _print(inferred: Inferred) -> None:
    rows, columns = len(inferred.rows) + inferred.dropped, len(inferred.columns) + 1
    size = f"{plural(rows, 'row')}, {plural(columns, 'column')}"
    print(f"{inferred.request.file}: {inferred.form}, {size}")
    print(*(f"  {line}" for line in inferred.says()), sep="\n")
    print("What to look at:")
    print(*([f"  - {doubt}" for doubt in inferred.doubts()] or ["  - nothing"]), sep="\n")
    print(flush=True)


def _next(name: str, root: Path) -> str:
    rows = data_folder(name) / "rows.parquet"
    large = (root / rows).stat().st_size > LARGE
    add = f"git add {folder(name)} {data_folder(name)} monitoring"
    return NEXT.format(
        name=name,
        folder=folder(name),
        data=data_folder(name),
        report=report_folder(name),
        keep=f"dvc add {rows} && {add} && git commit" if large else f"{add} && git commit",
    )


def _items(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def interruptible() -> int:
    """Run the command; Ctrl-C, and the signals that end programs, leave nothing behind either."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    try:
        return run(main)
    except KeyboardInterrupt:
        print("interrupted; no file of the task was kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(interruptible())
