"""docs/security.md names for each claim what holds it, and all of that exists."""

import ast
import re
from functools import cache

import pytest

from tests.docs.environment import ROOT
from training.gitlab.project_check.checks import CHECKS

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FINDINGS = re.compile(r"findings? ((?:\*[^*]+\*(?:, )?)+)")
HELD = re.compile(r"\| held by \|$")


@cache
def functions(path: str) -> frozenset[str]:
    """Return the functions of a file of tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def claims() -> list[str]:
    """Return the rows of the tables whose last column says what holds a claim."""
    found, inside = [], False
    for line in PAGE.splitlines():
        inside = line.startswith("|") and (inside or HELD.search(line) is not None)
        if inside and not HELD.search(line) and not line.startswith("|---"):
            found.append(line)
    return found


@pytest.mark.parametrize(("path", "name"), sorted(set(TEST.findall(PAGE))))
def test_a_test_that_the_page_names_exists(path: str, name: str) -> None:
    """Whoever renames a test looks at the claim that it holds."""
    assert name in functions(path)


def test_a_finding_that_the_page_names_exists() -> None:
    """Each is the name of a check of `make gitlab-check`."""
    named = {name for group in FINDINGS.findall(PAGE) for name in re.findall(r"\*([^*]+)\*", group)}
    assert named and named <= {check.name for check in CHECKS}


@pytest.mark.parametrize("claim", claims())
def test_every_claim_is_held_by_something(claim: str) -> None:
    """A test, or a finding."""
    last = claim.rstrip("|").rsplit("|", 1)[-1]
    assert TEST.search(last) or FINDINGS.search(last)
