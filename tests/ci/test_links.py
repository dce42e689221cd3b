"""ci/links: documentation whose links lead somewhere."""

import doctest
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT
from tests.ci.scripts import load
from tests.demo.forge.fixtures import commit, git

LINKS = load("links")


def _run(folder: Path) -> tuple[int, list[str]]:
    command = [str(ROOT / "ci" / "links")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty repository."""
    git(tmp_path, "init", "--quiet")
    return tmp_path


def test_this_repository_has_no_link_that_leads_nowhere() -> None:
    """What is read here can be followed."""
    code, lines = _run(ROOT)
    assert code == 0, "\n".join(lines)


def test_the_examples_in_its_docstrings_hold() -> None:
    """They run, as everywhere."""
    assert doctest.testmod(LINKS).failed == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a](missing.md)", "missing.md: docs/missing.md is not a tracked file"),
        (
            "![a](plots/missing.png)",
            "plots/missing.png: docs/plots/missing.png is not a tracked file",
        ),
        ("[a](#missing)", "#missing: docs/a.md has no heading #missing"),
        ("[a](../b.md#missing)", "../b.md#missing: b.md has no heading #missing"),
        ("[a](untracked.md)", "untracked.md: docs/untracked.md is not a tracked file"),
        ("[a](../../b.md)", "../../b.md: ../b.md is not a tracked file"),
        ("[a][x]\n\n[x]: missing.md", "missing.md: docs/missing.md is not a tracked file"),
        ('<img src="missing.svg">', "missing.svg: docs/missing.svg is not a tracked file"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(folder: Path, text: str, problem: str) -> None:
    """File, line, target and what is wrong with it."""
    commit(folder, {"docs/a.md": f"# A\n\n{text}\n", "b.md": "# B\n"})
    (folder / "docs" / "untracked.md").touch()
    code, lines = _run(folder)
    line = 5 if text.startswith("[a][x]") else 3
    assert (code, lines[0]) == (1, f"docs/a.md:{line}: {problem}")


@pytest.mark.parametrize(
    "text",
    [
        "[a](../b.md)", "[a](/b.md#b)", "[a](..)", "[a](#what-it-is-and-why)", "[a](#b-1)",
        "[a](https://example.org/x.md#y)", "[a](mailto:a@example.org)", "`[a](missing.md)`",
        "```\n[a](missing.md)\n```", "<!-- [a](missing.md) -->", '[a](a%20b.md "title")',
        "[a](#by-hand)",
    ],
)  # fmt: skip
def test_what_leads_somewhere_or_is_no_link_passes(folder: Path, text: str) -> None:
    """Folders, headings, addresses elsewhere, code and comments."""
    headings = '# A\n## What it `is`, and why\n## B\n## B\n<a id="by-hand"></a>\n'
    commit(folder, {"docs/a.md": f"{headings}\n{text}\n", "b.md": "# B\n", "docs/a b.md": ""})
    assert _run(folder) == (0, ["3 Markdown files: no broken links"])


def test_a_heading_that_an_alert_names_must_be_there(folder: Path) -> None:
    """The runbook's headings are addresses, too."""
    commit(folder, {"r.yml": "url: docs/r.md#datadrift\n", "docs/r.md": "## DataDrift\n"})
    assert _run(folder)[0] == 0
    commit(folder, {"docs/r.md": "## Drift\n"})
    assert _run(folder)[1][0] == "r.yml:1: docs/r.md#datadrift: docs/r.md has no heading #datadrift"
