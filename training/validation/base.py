"""Rules on a task's own rows: columns, values, labels, duplicates."""

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from training.artifacts.occurrences import are_draws
from training.artifacts.splits import BASE, known
from training.task.task import Rows, Task
from training.validation.arrays import (
    check_labels,
    check_shares,
    count_labels,
    repeated,
    within,
)
from training.validation.columns import check_columns, check_values
from training.validation.features import check_features, check_leaks
from training.validation.findings import Findings, of

INPUT, LABEL = f"{BASE}.input", f"{BASE}.label"
ADVICE = "; convert it in the task's load"


def check_base(findings: Findings, task: Task, rows: Rows) -> bool:
    """Add the findings on base rows; return whether the rows can be split."""
    findings.rows[BASE] = len(rows.labels)
    lengths = {"inputs": len(rows.table), "labels": len(rows.labels)}
    types = []
    if rows.held_out is not None:
        lengths["held_out"] = len(rows.held_out)
        got = [] if rows.held_out.dtype == np.bool_ else [f"got {rows.held_out.dtype.name}"]
        types.append(of(f"{BASE}.held_out", "type bool", 1, got, "columns"))
    uneven = ", ".join(f"{count} {name}" for name, count in lengths.items())
    problem = [uneven] if len(set(lengths.values())) > 1 else []
    empty = [] if all(lengths.values()) else ["0 rows"]
    whole = findings.must(
        of(BASE, "as many labels as inputs", 1, problem, "sets"),
        of(BASE, "not empty", 1, empty, "sets"),
        *types,
    )
    columns = check_columns(
        INPUT,
        rows.table.schema,
        task.input.arrow_schema(),
        advice=ADVICE,
        sensitive=task.input.sensitive,
    )
    inputs = findings.must(*columns)
    if empty:
        return False
    inputs = inputs and _check_inputs(findings, task, rows)
    labels = _check_labels(findings, task, rows)
    if not (whole and inputs and labels):
        return False
    truths, most = task.output.truths(known(rows.labels)), task.schema.most_told
    findings.should(*check_leaks(INPUT, task.input, rows.table, task.output, truths, most))
    return True


def _check_inputs(findings: Findings, task: Task, rows: Rows) -> bool:
    values = list(check_values(INPUT, task.input, rows.table))
    findings.should(*check_features(INPUT, task.input, rows.table, task.schema))
    contents, most = task.input.identities(rows.table), task.schema.most_duplicates
    again = repeated(INPUT, contents, _rule(task.input, contents))
    if most is None and task.input.repeats:
        findings.should(again)
        return findings.must(*values)
    kept = within(again, most or 0.0)
    if not kept.failed:
        findings.should(again)
    return findings.must(*values, kept)


def _rule(kind: InputKind, contents: NDArray[np.uint64]) -> str:
    """Return the rule on equal rows, and what they mean where they are data."""
    if not kind.repeats:
        return "no duplicates"
    if kind.time:
        share = ""
    elif are_draws(contents):
        share = "; each row is split by itself"
    else:
        share = "; equal rows share a split"
    return f"no duplicates ({len(np.unique(contents))} inputs are different{share})"


def _check_labels(findings: Findings, task: Task, rows: Rows) -> bool:
    output, schema = task.output, task.schema
    if not findings.must(*check_labels(LABEL, rows.labels, output)):
        return False
    labels, names = output.truths(known(rows.labels)), output.labels
    if findings.must(*count_labels(LABEL, labels, names, schema.least_rows)):
        findings.should(
            *count_labels(LABEL, labels, names, schema.few_rows),
            *check_shares(LABEL, labels, names, schema.uneven),
        )
    return True
