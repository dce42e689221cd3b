"""The findings of validation: for each rule how many were checked and failed, and samples."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLES = 5
LONGEST = 60  # characters of a value in a message


@dataclass(frozen=True)
class Finding:
    """One rule on one column. `unit`: what was counted. `samples`: at most five that failed.

    >>> print(Finding("base.input", "values from 0 to 16", 1797, 1, ("row 3: 17.0",)))
    base.input: values from 0 to 16: 1 of 1797 rows failed: row 3: 17.0
    """

    column: str
    rule: str
    checked: int
    failed: int = 0
    samples: tuple[str, ...] = ()
    unit: str = "rows"

    def __str__(self) -> str:
        failed = f"{self.failed} of {self.checked} {self.unit} failed"
        samples = f": {'; '.join(self.samples)}" if self.samples else ""
        return f"{self.column}: {self.rule}: {failed}{samples}"

    def document(self) -> dict[str, object]:
        """Return its entry in findings.json."""
        return {
            "column": self.column,
            "rule": self.rule,
            "checked": self.checked,
            "failed": self.failed,
            "samples": list(self.samples),
        }


@dataclass
class Findings:
    """All findings. `rows`: how many per source.

    checks: rules that must hold.  warnings: findings for the reviewer, which may be fine.
    """

    rows: dict[str, int] = field(default_factory=dict)
    checks: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    @property
    def broken(self) -> list[Finding]:
        """The checks that failed."""
        return [check for check in self.checks if check.failed]

    def must(self, *findings: Finding) -> bool:
        """Add rules that must hold; return whether they do."""
        self.checks += findings
        return not any(finding.failed for finding in findings)

    def should(self, *findings: Finding) -> None:
        """Add those of the findings that failed as warnings."""
        self.warnings += [finding for finding in findings if finding.failed]

    def write(self, file: Path) -> None:
        """Write findings.json in one step."""
        document = {
            "rows": self.rows,
            "checks": [check.document() for check in self.checks],
            "warnings": [warning.document() for warning in self.warnings],
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(file.name + ".new")
        fresh.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        os.replace(fresh, file)


def by_row(
    column: str,
    rule: str,
    bad: NDArray[np.bool_],
    show: Callable[[int], object],
) -> Finding:
    """Return a finding on rows.

    bad: whether each row failed, shape (rows,).  show: returns the text for a row's position.
    """
    found = np.flatnonzero(bad)
    samples = tuple(f"row {at}: {shown(show(int(at)))}" for at in found[:SAMPLES])
    return Finding(column, rule, len(bad), len(found), samples)


def of(column: str, rule: str, checked: int, failed: Iterable[str], unit: str) -> Finding:
    """Return a finding on something other than rows; `failed`: a text for each failure."""
    texts = list(failed)
    return Finding(column, rule, checked, len(texts), tuple(texts[:SAMPLES]), unit)


def shown(value: object) -> str:
    """Return a value as a message shows it: on one line, shortened.

    >>> shown("two\\nlines"), shown(17.0), shown("x" * 100)[-3:]
    ('two lines', '17.0', 'xx…')
    """
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
