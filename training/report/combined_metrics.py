"""Write one metrics.txt for the tasks of a merge request: `combined_metrics FOLDER`.

GitLab reads one such file of a job, and OpenMetrics wants all samples of a metric together.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from training.command_line import called, run
from training.report.openmetrics import END, FILE


def combined(texts: Iterable[str]) -> str:
    """Return the text of several tasks' figures, each metric described once, as the first does.

    >>> one = "# TYPE a gauge\\na{task=\\"x\\"} 1\\n# TYPE b gauge\\nb{task=\\"x\\"} 2\\n# EOF\\n"
    >>> two = "# TYPE a gauge\\na{task=\\"y\\"} 3\\n# EOF\\n"
    >>> print(combined([one, two]), end="")
    # TYPE a gauge
    a{task="x"} 1
    a{task="y"} 3
    # TYPE b gauge
    b{task="x"} 2
    # EOF
    """
    # What a metric is, by TYPE, UNIT and HELP: two kinds of output may word it differently.
    about: dict[str, dict[str, str]] = {}
    samples: dict[str, list[str]] = {}
    for line in (line for text in texts for line in text.splitlines() if line != END):
        if line.startswith("# "):  # "# TYPE name gauge"
            _, what, name, *_ = line.split(" ")
            about.setdefault(name, {}).setdefault(what, line)
        else:  # "name{labels} value"
            samples.setdefault(line.partition("{")[0], []).append(line)
    families = [
        line for name, lines in about.items() for line in (*lines.values(), *samples.get(name, ()))
    ]
    return "\n".join([*families, END]) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Combine FOLDER/*/metrics.txt to FOLDER/metrics.txt."""
    parser = argparse.ArgumentParser(prog=called(), description=__doc__)
    parser.add_argument("folder", type=Path, help=f"has TASK/{FILE} of each task, perhaps none")
    folder = parser.parse_args(arguments).folder
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob(f"*/{FILE}"))]
    (folder / FILE).write_text(combined(texts), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run(main))
