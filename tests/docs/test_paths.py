"""Documents, comments and docstrings name only files and folders that exist."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.ci.pipeline_files import tracked
from tests.docs.environment import ROOT

# It says where everything was before.
HISTORY = "docs/decisions/one-shared-package.md"
# A task may be removed, and examples name tasks that are not there.
TASK = re.compile(r"(tests/)?training/tasks/\w")
TOP = "benchmarks|ci|demo|deploy|docs|monitoring|perennial|requirements|service|tests|training"
# Not a part of a longer path or address, nor of a pattern.
PATH = re.compile(rf"(?<![\w/.-])(?:{TOP})(?:/[\w-]+)+(?:\.\w+)?(?![\w*{{<-]|/[*{{<])")
DOCSTRINGS = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _missing(text: str) -> set[str]:
    """Return the paths that do not exist; a run writes demo/out, and GitLab's code is Ruby."""
    return {
        path
        for path in PATH.findall(text)
        if not path.startswith("demo/out") and not path.endswith(".rb")
        if not TASK.match(path) and not (ROOT / path).exists()
    }


def _prose(text: str) -> Iterator[str]:
    """Yield the comments and docstrings of a program."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCSTRINGS):
            yield ast.get_docstring(node) or ""


def _wrong(name: str, text: str) -> set[str]:
    missing = _missing(text)
    if missing and name.endswith(".py"):
        return set().union(*(_missing(part) for part in _prose(text)))
    return missing


def test_a_stale_path_is_found() -> None:
    """In a document, a comment or a docstring, but not in a string that a program uses."""
    text = '"""See demo/gone.py."""\nA = "demo/made.py"  # as service/gone does\n'
    assert _wrong("a.py", text) == {"demo/gone.py", "service/gone"}
    assert _wrong("a.md", "`ci/gone`, `ci/plan` and `training/*/gone.py`") == {"ci/gone"}


def test_every_path_exists() -> None:
    """A file that moves takes its mentions along."""
    names = [name for name in tracked() if name.endswith((".md", ".py")) and name != HISTORY]
    wrong = {
        (name, path)
        for name in names
        for path in _wrong(name, (ROOT / name).read_text(encoding="utf-8"))
    }
    assert wrong == set()
