"""Formats the results as a table for people or as JSON for programs."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from training.gitlab.project_check.check import CheckResult, Status
from training.gitlab.project_check.facts import Facts, role_name

LABELS = {
    Status.OK: "ok",
    Status.MISSING: "MISSING",
    Status.WARNING: "warning",
    Status.UNKNOWN: "cannot tell",
}


def count(results: Sequence[CheckResult], status: Status) -> int:
    """Return how many results have a status."""
    return sum(result.answer.status is status for result in results)


def table(facts: Facts, results: Sequence[CheckResult], *, width: int) -> str:
    """Return the results as lines of at most `width` characters, each with what to do."""
    caller = facts.caller
    address = facts.project.get("web_url", facts.project["path_with_namespace"])
    lines = [f"{address}, as seen by {caller.user} ({role_name(caller.role)})", ""]
    column = max(len(result.check) for result in results)
    for result in results:
        lines += _rows(result, column, width)
    return "\n".join([*lines, "", summary(results)])


def _rows(result: CheckResult, column: int, width: int) -> Iterator[str]:
    head = f"{LABELS[result.answer.status]:11}  {result.check:{column}}  "
    indent = " " * len(head)
    room = max(width, len(head) + 30)

    def wrapped(text: str, first: str) -> list[str]:
        return textwrap.wrap(
            text, room, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
        )

    yield from wrapped(result.answer.found, head)
    if result.answer.todo:
        yield from wrapped(f"→ {result.answer.todo}", indent)
        yield from wrapped(f"  {result.see}", indent)


def summary(results: Sequence[CheckResult]) -> str:
    """Return the counts in one line."""
    counts = Counter(LABELS[result.answer.status] for result in results)
    return ", ".join(f"{counts[label]} {label.lower()}" for label in LABELS.values())


def document(facts: Facts, results: Sequence[CheckResult]) -> str:
    """Return the results as JSON."""
    rows = [
        {
            "check": result.check,
            "status": result.answer.status,
            "found": result.answer.found,
            "todo": result.answer.todo,
            "see": result.see,
        }
        for result in results
    ]
    counts = {status: count(results, status) for status in Status}
    about = {"project": facts.project["path_with_namespace"], "gitlab": facts.version}
    return json.dumps(about | {"counts": counts, "findings": rows}, indent=2, ensure_ascii=False)
