"""CML's image has Python 3.8 and no packages: what runs there must be content with that."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.workspace import ROOT

NEWER = {"removeprefix", "removesuffix", "pairwise", "cache"}


def _file(module: str) -> Path | None:
    """Return the file of a module or package of ours; None for any other."""
    path = ROOT.joinpath(*module.split("."))
    found = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return found if found.is_file() else None


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (f"{module}.{name.name}" for name in node.names)
            yield module


def _evaluated(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs: everything but annotations, which the future import keeps as text."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                yield node
                yield from _evaluated(node)


def _reached(module: str, seen: dict[str, Path]) -> dict[str, Path]:
    """Return what importing a module of ours runs, by name: its packages and what those import."""
    names = [module.rsplit(".", depth)[0] for depth in range(module.count("."), 0, -1)] + [module]
    for name in names:
        file = _file(name)
        if file is not None and name not in seen:
            seen[name] = file
            for imported in _imports(ast.parse(file.read_text())):
                _reached(imported, seen)
    return seen


OURS = _reached("training.gitlab.cml.__main__", {})


@pytest.mark.parametrize("file", OURS.values(), ids=OURS.keys())
def test_it_runs_in_cml_s_image(file: Path) -> None:
    """Old syntax, these files and the standard library alone, new types in annotations only."""
    tree = ast.parse(file.read_text(), feature_version=(3, 8))
    imports = set(_imports(tree))
    for name in imports:
        assert name.partition(".")[0] in {"perennial", "training", *sys.stdlib_module_names}
    assert "__future__" in imports or not list(_evaluated(tree))[2:]
    for node in _evaluated(tree):
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert node.value.id not in ("list", "dict", "set", "tuple", "type", "frozenset")
        assert not (isinstance(node, ast.Attribute) and node.attr in NEWER)
