"""Measure how long a merge request waits for its report: `python -m benchmarks.merge_request`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results

ROOT = Path(__file__).resolve().parent.parent


def run(folder: Path) -> dict[str, float]:
    """Play the examples; return the seconds from a pipeline's creation to its report.

    The last example trains in its pipeline, then runs again with unchanged inputs.
    Raises subprocess.CalledProcessError if they fail.
    """
    command = [sys.executable, "-m", "demo.examples", "--out", str(folder / "out")]
    command += ["--reports", str(folder / "reports")]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    played = json.loads((folder / "out" / "examples.json").read_text(encoding="utf-8"))
    trained, unchanged = played[-2]["seconds"], played[-1]["seconds"]
    return {
        "report_with_training_s": round(trained, 1),
        "report_without_training_s": round(unchanged, 1),
        "without_over_with": round(unchanged / trained, 3),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the examples, print the table, write the figures."""
    argparse.ArgumentParser(
        prog="python -m benchmarks.merge_request", description=__doc__
    ).parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = run(Path(folder))
    results.merge("merge_request", {**figures, "cores": os.cpu_count() or 1})
    print(results.table(["what", "figure"], [[name, value] for name, value in figures.items()]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
