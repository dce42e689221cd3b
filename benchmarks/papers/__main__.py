"""Train, serve and measure the models of three studies: `make results` writes docs/results.md."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import wrk
from benchmarks.papers.page import page
from benchmarks.papers.runs import RUNS

FIGURES = Path(__file__).with_name("figures")
PAGE = Path("docs", "results.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is named or missing, each in a process of its own, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.papers", description=__doc__)
    parser.add_argument("runs", nargs="*", choices=[*RUNS, []], help="default: those missing")
    parser.add_argument("--one", action="store_true", help="measure in this process, no page")
    parser.add_argument("--page-only", action="store_true", help="measure nothing")
    options = parser.parse_args(arguments)
    if options.one:
        return _one(options.runs[0])
    known = kept(FIGURES)
    missing = [name for name in RUNS if name not in known]
    failed = 0
    for name in [] if options.page_only else options.runs or missing:
        command = [sys.executable, "-m", "benchmarks.papers", "--one", name]
        failed |= subprocess.run(command, check=False).returncode
    PAGE.write_text(page(kept(FIGURES)), encoding="utf-8")
    return failed


def kept(folder: Path) -> dict[str, Any]:
    """Return the figures of runs that were measured with the parameters that they have now."""
    files = {name: folder / f"{name}.json" for name in RUNS}
    read = {
        name: json.loads(file.read_text("utf-8")) for name, file in files.items() if file.exists()
    }
    return {name: of for name, of in read.items() if of["parameters"] == RUNS[name].resolved()}


def _one(name: str) -> int:
    """Measure one run and keep its figures."""
    from benchmarks.papers.measure import measure  # after TensorFlow's settings of the model

    folder = Path("var", "results", name)
    figures = measure(RUNS[name], folder, serve=wrk.installed())
    FIGURES.mkdir(exist_ok=True)
    text = json.dumps(figures, indent=1, sort_keys=True) + "\n"
    (FIGURES / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}: accuracy {figures['accuracy']:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
