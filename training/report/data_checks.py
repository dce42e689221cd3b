"""The findings of validation that a reviewer needs."""

from typing import Any

from training.artifacts.files import read_json
from training.report.markdown import bullets, code, table
from training.report.report_inputs import ReportInputs

FILE = "validation/findings.json"
HEAD = ["column", "rule", "checked", "failed"]


def read(inputs: ReportInputs) -> dict[str, Any] | None:
    """Return findings.json; None if this version's data was not validated."""
    file = inputs.folder / FILE
    if not file.is_file():
        return None
    document: dict[str, Any] = read_json(file)
    return document


def validation(inputs: ReportInputs) -> list[str]:
    """Return one line on the rules, and every warning with its samples."""
    document = read(inputs)
    if document is None:
        return ["Validation: not recorded."]
    checks, warnings = document["checks"], document["warnings"]
    rows = sum(document["rows"].values())
    broken = [check for check in checks if check["failed"]]
    text = f"Validation: {len(checks) - len(broken)} of {len(checks)} rules passed on {rows:,} rows"
    if not warnings and not broken:
        return [f"{text}, without warnings."]
    word = "warning" if len(warnings) == 1 else "warnings"
    return [f"{text}, with {len(warnings)} {word}:", bullets(list(map(line, broken + warnings)))]


def line(finding: dict[str, Any]) -> str:
    """Return a finding in one line; text from the data is formatted as code."""
    rule = code(f"{finding['column']}: {finding['rule']}")
    text = f"{rule}: {finding['failed']:,} of {finding['checked']:,}"
    samples = ", ".join(code(sample) for sample in finding["samples"])
    return f"{text} ({samples})" if samples else text


def checks_table(inputs: ReportInputs) -> str:
    """Return a table of every rule: how many were checked, how many failed."""
    document = read(inputs)
    if document is None:
        return "Not recorded."
    rows = [
        [
            code(check["column"]),
            code(check["rule"]),
            f"{check['checked']:,}",
            f"{check['failed']:,}",
        ]
        for check in document["checks"]
    ]
    return table(HEAD, rows, numbers=2)
