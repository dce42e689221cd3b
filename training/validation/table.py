"""Rules on the feedback file: its columns, their types, their values."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow

from perennial.kinds.output_kind import OutputKind
from training.artifacts.feedback_columns import (
    INPUT,
    SOURCE,
    SUBJECT,
    TRUSTED,
    read,
    schema,
    unpack,
)
from training.errors import InvalidData
from training.task.task import Task
from training.validation.arrays import is_label, repeated, within
from training.validation.columns import check_columns, check_values
from training.validation.features import check_features
from training.validation.findings import SAMPLES, Finding, Findings, of, shown

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandera.pandas import DataFrameSchema

NAME = "feedback"
# An incident's own rows, and those from just before it.
INCIDENT = "^(manual|[0-9a-f]{12}(-before)?)$"


def check_feedback(findings: Findings, task: Task, file: Path) -> bool:
    """Add the findings on a feedback file and its rows per incident; return whether it is valid.

    An absent file is valid, unless DVC tracks it.
    """
    if not file.exists():
        tracked = file.with_name(file.name + ".dvc").exists()
        absent = ["not found, but DVC tracks it: run 'dvc pull'"] * tracked
        return findings.must(of(NAME, "present where DVC tracks it", 1, absent, "files"))
    problem, table = "0 bytes", None
    if file.stat().st_size:
        try:
            table = read(file)
        except (pyarrow.ArrowException, OSError) as error:
            problem = str(error)
    readable = [] if table is not None else [" ".join(problem.split())]
    findings.must(of(NAME, "a readable Parquet file", 1, readable, "files"))
    return table is not None and check_table(findings, task, table)


def require_valid(task: Task, file: Path) -> None:
    """Raise InvalidData if the file breaks a rule that must hold."""
    findings = Findings()
    if not check_feedback(findings, task, file):
        raise InvalidData(file, findings.broken)


def check_table(findings: Findings, task: Task, table: pyarrow.Table) -> bool:
    """Add the findings on its columns and rows; return whether all passed."""
    filled = findings.must(of(NAME, "not empty", 1, [] if len(table) else ["0 rows"], "files"))
    expected = schema(task.input)
    columns = list(check_file_columns(table.schema, expected, task.input.sensitive))
    wrong = {finding.column.removeprefix(f"{NAME}.") for finding in columns if finding.failed}
    parts = {name.partition(".")[0] for name in wrong}
    once = [name for name in expected.names if len(table.schema.get_all_field_indices(name)) == 1]
    usable = [name for name in once if name not in parts]
    good = findings.must(*columns) and filled
    if INPUT in usable:
        inputs = unpack(table[INPUT])
        good &= findings.must(*check_inputs(inputs, task))
        findings.should(*check_features(f"{NAME}.{INPUT}", task.input, inputs, task.schema))
    texts = table.select([name for name in usable if name != INPUT])
    good &= findings.must(*check_texts(texts.to_pandas(), task.output))
    if "incident" in usable:
        counts = Counter(str(incident) for incident in table["incident"].to_pylist())
        findings.rows.update(sorted(counts.items()))
    return good


def check_file_columns(
    found: pyarrow.Schema, expected: pyarrow.Schema, sensitive: Collection[str] = ()
) -> Iterator[Finding]:
    """Check the file's columns, and those of the input where both have several there."""
    inner = expected.field(INPUT).type
    given = [field.type for field in found if field.name == INPUT]
    if len(given) != 1 or not all(map(pyarrow.types.is_struct, (given[0], inner))):
        yield from check_columns(NAME, found, expected)
        return
    rest = [[field for field in one if field.name != INPUT] for one in (found, expected)]
    yield from check_columns(NAME, *map(pyarrow.schema, rest))
    fields = [pyarrow.schema(list(one)) for one in (given[0], inner)]
    yield from check_columns(f"{NAME}.{INPUT}", *fields, sensitive=sensitive)


def check_inputs(inputs: pyarrow.Table, task: Task) -> Iterator[Finding]:
    """Yield the findings on the inputs, by the rules of their kind."""
    name = f"{NAME}.{INPUT}"
    yield from check_values(name, task.input, inputs)
    if not task.input.repeats:
        yield within(repeated(name, task.input.identities(inputs)), 0)


def form(output: OutputKind) -> "DataFrameSchema":
    """Return the rules on the text columns."""
    # A second or two to import, and most runs have no feedback yet.
    from pandera.pandas import Check, Column, DataFrameSchema

    return DataFrameSchema(
        {
            "label": Column(
                checks=Check(
                    lambda word: is_label(output, word), element_wise=True, error=output.label_rule
                )
            ),
            "observed_at": Column(checks=Check(_is_time, element_wise=True, error="an ISO time")),
            "incident": Column(
                # Any other name could clash with that of the base rows.
                checks=Check.str_matches(INCIDENT, error="12 hex digits or manual")
            ),
            "prediction_id": Column(
                checks=Check.str_length(min_value=1, error="not empty"),
                unique=True,
                report_duplicates="exclude_first",
            ),
            SOURCE: Column(checks=Check.str_length(min_value=1, error="not empty")),
            TRUSTED: Column(),
            SUBJECT: Column(
                checks=Check.str_matches("^[0-9a-f]{64}$", error="64 hex digits"), nullable=True
            ),
        }
    )


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_texts(frame: "DataFrame", output: OutputKind) -> list[Finding]:
    """Return a finding for each rule on a text column; absent columns have none."""
    from pandera.errors import SchemaErrors

    schema = form(output).select_columns(list(frame.columns))
    words = {"not_nullable": "no missing values", "field_uniqueness": "no duplicates"}
    found = {}
    for name, column in schema.columns.items():
        checks = ["not_nullable"] * (not column.nullable) + ["field_uniqueness"] * column.unique
        for check in [*checks, *(str(check.error) for check in column.checks)]:
            rule = words.get(check, check)
            found[name, check] = Finding(f"{NAME}.{name}", rule, len(frame))
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        for (name, check), cases in error.failure_cases.groupby(["column", "check"]):
            rows = cases.sort_values("index")
            values = rows["failure_case"].fillna("missing")
            pairs = zip(rows["index"][:SAMPLES], values[:SAMPLES], strict=True)
            samples = tuple(f"row {row}: {shown(value)}" for row, value in pairs)
            rule = words.get(check, check)
            found[name, check] = Finding(f"{NAME}.{name}", rule, len(frame), len(cases), samples)
    return list(found.values())
