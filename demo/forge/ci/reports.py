"""The reports of a job: kept as `artifacts:reports` says, and checked as GitLab reads them."""

import json
import re
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# A line of OpenMetrics: a name, labels, a number, and perhaps a time.
_NUMBER = r"([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|NaN|[-+]?Inf)"
_METRIC = re.compile(rf"[a-zA-Z_:][\w:]*(\{{[^}}]*\}})? {_NUMBER}( {_NUMBER})?")
_VARIABLE = re.compile(r"[A-Za-z_]\w*=.*")
_CONTROL = ("#",)
# What GitLab calls the file of a kind, once a job's report is uploaded.
FILE_NAMES = {
    "cobertura": "cobertura-coverage.xml",
    "codequality": "gl-code-quality-report.json",
    "dotenv": ".env",
    "junit": "junit.xml",
    "metrics": "metrics.txt",
}


def declared(artifacts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the paths of each kind of report.

    >>> declared({"reports": {"junit": "a.xml",
    ...     "coverage_report": {"coverage_format": "cobertura", "path": "b.xml"}}})
    {'junit': ['a.xml'], 'cobertura': ['b.xml']}
    """
    found = {}
    for kind, value in (artifacts.get("reports") or {}).items():
        if kind == "coverage_report":
            kind, value = value["coverage_format"], value["path"]
        found[kind] = [value] if isinstance(value, str) else list(value)
    return found


def keep(artifacts: Mapping[str, Any], checkout: Path, folder: Path) -> list[str]:
    """Copy a job's reports to folder/KIND/; return what to add to the job's log.

    GitLab only warns where one is missing, and shows nothing where one cannot be read.
    """
    said = []
    for kind, patterns in declared(artifacts).items():
        for pattern in patterns:
            files = sorted(path for path in checkout.glob(pattern) if path.is_file())
            if not files:
                said.append(
                    f"WARNING: {pattern}: no matching files. Ensure that the artifact path is "
                    "relative to the working directory"
                )
                said.append(f"ERROR: No files to upload: {kind}")
            for file in files:
                kept = folder / kind / file.relative_to(checkout)
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, kept)
                if problem := _problem(kind, file):
                    said.append(f"ERROR: {pattern}: GitLab cannot read this {kind}: {problem}")
    return said


def _problem(kind: str, file: Path) -> str | None:
    check = _CHECKS.get(kind)
    if check is None:
        return None
    try:
        return check(file.read_text(encoding="utf-8"))
    except (ElementTree.ParseError, ValueError) as error:
        return str(error)


def _junit(text: str) -> str | None:
    root = ElementTree.fromstring(text)
    return None if root.tag in ("testsuites", "testsuite") else f"the root is <{root.tag}>"


def _cobertura(text: str) -> str | None:
    root = ElementTree.fromstring(text)
    if root.tag != "coverage":
        return f"the root is <{root.tag}>"
    return None if root.find(".//class[@filename]") is not None else "no class has a filename"


def _codequality(text: str) -> str | None:
    found = json.loads(text)
    if not isinstance(found, list):
        return "not a list"
    for issue in found:
        place = issue.get("location", {})
        line = place.get("lines", {}).get("begin") or place.get("positions", {}).get("begin")
        if not (issue.get("description") and issue.get("fingerprint") and place.get("path")):
            return f"an issue lacks description, fingerprint or path: {issue}"
        if not line or Path(place["path"]).is_absolute():
            return f"an issue has no line, or no path in the repository: {issue}"
    return None


def _metrics(text: str) -> str | None:
    lines = [line for line in text.splitlines() if line and not line.startswith(_CONTROL)]
    wrong = [line for line in lines if not _METRIC.fullmatch(line)]
    return f"no metric: {wrong[0]}" if wrong else None


def _dotenv(text: str) -> str | None:
    wrong = [line for line in text.splitlines() if line.strip() and not _VARIABLE.fullmatch(line)]
    if wrong:
        return f"no variable: {wrong[0]}"
    return "over 5 KB" if len(text.encode()) > 5120 else None


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "junit": _junit,
    "cobertura": _cobertura,
    "codequality": _codequality,
    "metrics": _metrics,
    "dotenv": _dotenv,
}
