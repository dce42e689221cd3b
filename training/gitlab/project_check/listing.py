"""The findings for a person, as a table, and for a program, as JSON."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from training.gitlab.project_check.facts import Facts, role_name
from training.gitlab.project_check.finding import Finding, Status

LABELS = {
    Status.OK: "ok",
    Status.MISSING: "MISSING",
    Status.WARNING: "warning",
    Status.UNKNOWN: "cannot tell",
}


def count(findings: Sequence[Finding], status: Status) -> int:
    """Return how many findings have a status."""
    return sum(finding.verdict.status is status for finding in findings)


def table(facts: Facts, findings: Sequence[Finding], *, width: int) -> str:
    """Return the findings as lines of at most `width` characters, each with what to do."""
    caller = facts.caller
    address = facts.project.get("web_url", facts.project["path_with_namespace"])
    lines = [f"{address}, as {caller.user} ({role_name(caller.role)}) sees it", ""]
    column = max(len(finding.check) for finding in findings)
    for finding in findings:
        lines += _rows(finding, column, width)
    return "\n".join([*lines, "", summary(findings)])


def _rows(finding: Finding, column: int, width: int) -> Iterator[str]:
    head = f"{LABELS[finding.verdict.status]:11}  {finding.check:{column}}  "
    indent = " " * len(head)
    room = max(width, len(head) + 30)

    def wrapped(text: str, first: str) -> list[str]:
        return textwrap.wrap(
            text, room, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
        )

    yield from wrapped(finding.verdict.found, head)
    if finding.verdict.todo:
        yield from wrapped(f"→ {finding.verdict.todo}", indent)
        yield from wrapped(f"  {finding.see}", indent)


def summary(findings: Sequence[Finding]) -> str:
    """Return the counts in one line."""
    counts = Counter(LABELS[finding.verdict.status] for finding in findings)
    return ", ".join(f"{counts[label]} {label.lower()}" for label in LABELS.values())


def document(facts: Facts, findings: Sequence[Finding]) -> str:
    """Return the findings as JSON."""
    rows = [
        {
            "check": finding.check,
            "status": finding.verdict.status,
            "found": finding.verdict.found,
            "todo": finding.verdict.todo,
            "see": finding.see,
        }
        for finding in findings
    ]
    counts = {status: count(findings, status) for status in Status}
    about = {"project": facts.project["path_with_namespace"], "gitlab": facts.version}
    return json.dumps(about | {"counts": counts, "findings": rows}, indent=2, ensure_ascii=False)
