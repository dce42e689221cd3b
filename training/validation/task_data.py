"""Applies all rules to a task's data: base rows, collected feedback and the resulting splits."""

from pathlib import Path

from training import params
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows, read_feedback
from training.artifacts.splits import Split
from training.task.task import Task
from training.validation.arrays import check_coverage, check_shares, count_labels
from training.validation.base import check_base
from training.validation.columns import check_known
from training.validation.findings import Findings
from training.validation.splits import Origins, check_splits, dated, newest_tested
from training.validation.table import check_feedback


def validate(task: Task, numbers: params.Prepare, feedback: Path) -> Findings:
    """Return all findings; rules that depend on a broken rule are not checked."""
    findings = Findings()
    rows, collected = task.load(), FeedbackRows.nothing(task)
    arrangeable = check_base(findings, task, rows)
    if check_feedback(findings, task, feedback):
        collected = read_feedback(task, feedback)
    names = task.output.labels
    if len(collected.places):
        labels = collected.split.labels
        findings.should(*check_shares("feedback.label", labels, names, task.schema.uneven))
    if arrangeable:
        base = Split.of_base(task, rows)
        origins = Origins.of(base, collected)
        findings.should(origins.contradictions(task.output))
        prepared = arrange(base, collected, numbers, aside=rows.held_out)
        if base.times is not None:
            findings.should(dated(task.input, base), origins.left_out(prepared, numbers.gap))
        findings.should(newest_tested(prepared))
        findings.must(*check_splits(prepared, origins, task.output))
        if task.output.coverage is not None:
            rows_to_widen = len(prepared.validation.labels)
            findings.should(check_coverage("validation.label", rows_to_widen, task.output.coverage))
        train = prepared.train.table
        for name in ("validation", "test"):
            split = prepared.split(name)
            findings.should(
                *count_labels(f"{name}.label", split.labels, names, 1),
                *check_known(f"{name}.input", task.input, split.table, train),
            )
    return findings
