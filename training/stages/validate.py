"""Stage 0: base rows, collected feedback and the splits they would make keep the task's rules."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from training import params
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows, read_feedback
from training.command_line import run, task_parser
from training.errors import InvalidData
from training.tasks import TASKS
from training.tasks.task import Task
from training.validation.arrays import check_shares, count_labels
from training.validation.base import check_base
from training.validation.findings import Findings
from training.validation.splits import Origins, check_splits
from training.validation.table import check_feedback


def validate(task: Task, numbers: params.Prepare, feedback: Path) -> Findings:
    """Return all findings; where a rule is broken, those that build on it are left out."""
    findings = Findings()
    rows, collected = task.load(), FeedbackRows.nothing(task)
    arrangeable = check_base(findings, task, rows)
    if check_feedback(findings, task, feedback):
        collected = read_feedback(task, feedback)
    if len(collected.places):
        names, labels = task.labels, collected.split.labels
        findings.should(check_shares("feedback.label", labels, names, task.schema.uneven))
    if arrangeable:
        origins = Origins.of(rows, collected)
        findings.should(origins.contradictions(task.labels))
        prepared = arrange(rows, collected, numbers)
        findings.must(*check_splits(prepared, origins, task.labels))
        for name in ("validation", "test"):
            labels = prepared.split(name).labels
            findings.should(count_labels(f"{name}.label", labels, task.labels, 1))
    return findings


def main(
    arguments: Sequence[str] | None = None,
    *,
    root: Path = Path(),
    tasks: Mapping[str, Task] = TASKS,
) -> None:
    """Run the stage for one task: write the findings, or raise InvalidData and write nothing."""
    name = task_parser(__doc__).parse_args(arguments).task
    numbers = params.load(name, root / params.FILE).prepare
    findings = validate(tasks[name], numbers, root / "data" / name / "feedback.parquet")
    for warning in findings.warnings:
        print(f"warning: {warning}")
    if findings.broken:
        raise InvalidData(name, findings.broken)
    findings.write(root / "artifacts" / name / "validation" / "findings.json")
    rows = ", ".join(f"{source}: {count} rows" for source, count in findings.rows.items())
    print(f"{rows}; {len(findings.checks)} rules hold, {len(findings.warnings)} warnings")


if __name__ == "__main__":
    sys.exit(run(main))
