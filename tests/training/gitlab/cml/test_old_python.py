"""CML's image has Python 3.8 and no packages: what runs there must be content with that."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.workspace import ROOT

FILES = sorted((ROOT / "training" / "cml").glob("*.py")) + [
    ROOT / "training" / f"{name}.py"
    for name in ("__init__", "environment", "errors", "note", "refusal")
]
OURS = {
    "training",
    "training.cml",
    "training.environment",
    "training.errors",
    "training.note",
    "training.refusal",
}
NEWER = {"removeprefix", "removesuffix", "pairwise", "cache"}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _evaluated(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs: everything but annotations, which the future import keeps as text."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                yield node
                yield from _evaluated(node)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_it_runs_in_cml_s_image(file: Path) -> None:
    """Old syntax, these files and the standard library alone, new types in annotations only."""
    tree = ast.parse(file.read_text(), feature_version=(3, 8))
    imports = set(_imports(tree))
    for name in imports:
        top = name.partition(".")[0]
        assert name in OURS or name.startswith("training.cml.") or top in sys.stdlib_module_names
    assert "__future__" in imports or not list(_evaluated(tree))[2:]
    for node in _evaluated(tree):
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert node.value.id not in ("list", "dict", "set", "tuple", "type", "frozenset")
        assert not (isinstance(node, ast.Attribute) and node.attr in NEWER)
