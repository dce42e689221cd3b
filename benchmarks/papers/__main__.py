"""Train, serve and measure the models of three studies: `make results` writes docs/results.md."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

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
    missing = [name for name in RUNS if not (FIGURES / f"{name}.json").exists()]
    failed = 0
    for name in [] if options.page_only else options.runs or missing:
        command = [sys.executable, "-m", "benchmarks.papers", "--one", name]
        failed |= subprocess.run(command, check=False).returncode
    found = {
        name: json.loads((FIGURES / f"{name}.json").read_text())
        for name in RUNS
        if (FIGURES / f"{name}.json").exists()
    }
    PAGE.write_text(page(found), encoding="utf-8")
    return failed


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
