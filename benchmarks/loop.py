"""Measure the loop's time from drift to recovery in the demo: `python -m benchmarks.loop`."""

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
STEPS = (
    ("drift_to_alert", "drift_started", "alert_firing"),
    ("alert_to_pipeline", "alert_firing", "pipeline_triggered"),
    ("pipeline_to_challenger", "pipeline_triggered", "challenger_trained"),
    ("challenger_to_merge", "challenger_trained", "merged"),
    ("merge_to_redeploy", "merged", "redeployed"),
    ("redeploy_to_recovery", "redeployed", "recovered"),
    ("drift_to_recovery", "drift_started", "recovered"),
)


def run(out: Path) -> dict[str, float]:
    """Run one demo into `out`; return seconds by step, and the accuracies.

    Raises subprocess.CalledProcessError if the demo fails.
    """
    command = [sys.executable, "-m", "demo.loop", "--shift", "inverted", "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    timeline = json.loads((out / "timeline.json").read_text(encoding="utf-8"))
    at = {event["event"]: event["seconds"] for event in timeline["events"]}
    seconds = {f"{name}_s": round(at[end] - at[start], 1) for name, start, end in STEPS}
    accuracy = {f"accuracy_{key}": value for key, value in timeline["accuracy"].items()}
    return {**seconds, **accuracy}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo, print the table, write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loop", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for the demo's files, which are kept")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = run(options.out or Path(folder) / "demo")
    results.merge("loop", {**figures, "cores": os.cpu_count() or 1})
    print(results.table(["what", "figure"], [[name, value] for name, value in figures.items()]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
