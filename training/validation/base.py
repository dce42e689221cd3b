"""Rules on a task's own rows: types, shape, values, labels, duplicates."""

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from perennial.errors import shorten
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.validation import first
from training.artifacts.splits import BASE
from training.task.task import Rows, Task
from training.validation.arrays import (
    check_duplicates,
    check_labels,
    check_shape,
    check_shares,
    check_type,
    check_values,
    count_labels,
)
from training.validation.findings import Finding, Findings, of


def check_output(task: Task) -> Finding:
    """Return whether a bundle can have these labels."""
    problem = []
    try:
        ClassesOutput(labels=task.labels)
    except ValidationError as error:
        wrong = first(error)
        problem = [f"{wrong.field()}: got {shorten(wrong.value)}, expected {wrong.expected}"]
    return of("task", "labels that can be told apart", 1, problem, "sets")


def check_base(findings: Findings, task: Task, rows: Rows) -> bool:
    """Add the findings on base rows; return whether the rows can be split."""
    findings.must(check_output(task))
    findings.rows[BASE] = len(rows.labels)
    lengths = {"inputs": len(rows.inputs), "labels": len(rows.labels)}
    types = [
        check_type("base.input", rows.inputs, task.input.dtype),
        check_type("base.label", rows.labels, np.int64),
    ]
    if rows.held_out is not None:
        lengths["held_out"] = len(rows.held_out)
        types.append(check_type("base.held_out", rows.held_out, np.bool_))
    uneven = ", ".join(f"{count} {name}" for name, count in lengths.items())
    problem = [uneven] if len(set(lengths.values())) > 1 else []
    empty = [] if all(lengths.values()) else ["0 rows"]
    whole = findings.must(
        of(BASE, "as many labels as inputs", 1, problem, "sets"),
        of(BASE, "not empty", 1, empty, "sets"),
        *types,
    )
    if empty:
        return False
    inputs = not types[0].failed and _check_inputs(findings, task, rows.inputs)
    labels = not types[1].failed and _check_labels(findings, task, rows.labels)
    return whole and inputs and labels


def _check_inputs(findings: Findings, task: Task, inputs: NDArray[np.float32]) -> bool:
    column = "base.input"
    if not findings.must(check_shape(column, inputs, task.input.shape)):
        return False
    table = task.input.arrow_of(inputs)
    most = task.schema.most_duplicates
    kept, clean = check_duplicates(column, task.input.identities(table), most)
    findings.should(clean)
    findings.must(*check_values(column, task.input, table), kept)
    return True


def _check_labels(findings: Findings, task: Task, labels: NDArray[np.int64]) -> bool:
    column, schema, names = "base.label", task.schema, task.labels
    if not findings.must(check_labels(column, labels, names)):
        return False
    if findings.must(count_labels(column, labels, names, schema.least_rows)):
        findings.should(
            count_labels(column, labels, names, schema.few_rows),
            check_shares(column, labels, names, schema.uneven),
        )
    return True
