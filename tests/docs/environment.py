"""Which variables the pipeline's files, the jobs' scripts and their programs read."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from training.feedback.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
# GitLab's own; https://docs.gitlab.com/ci/variables/predefined_variables/
PREDEFINED = re.compile(r"^(CI|CI_.*|GITLAB_CI|GITLAB_USER_.*|TRIGGER_PAYLOAD)$")
# The system's, and those with which scripts talk to git and to Python.
SYSTEM = {"HOME", "PATH", "PWD", "TMPDIR", "GIT_INDEX_FILE", "ZSH_EVAL_CONTEXT"}
SYSTEM |= {"GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"}
NAME = re.compile(r"^[A-Z][A-Z0-9_]{2,}$")
USE = re.compile(r"\$\{?([A-Z][A-Z0-9_]+)")
JOBS = ("training", "deploy", "ci", "perennial/gitlab")
# Calls whose first argument is a variable's name.
ASKING = ("job.variable", "self.variable", "Job(environment).variable", "refusal.Token", "Token")


def in_pipeline() -> set[str]:
    """Return the names that stand behind a `$` in the pipeline's files and the jobs' scripts."""
    scripts = [path for folder in ("ci", "deploy") for path in (ROOT / folder).rglob("*")]
    files = [ROOT / ".gitlab-ci.yml", *(path for path in scripts if path.is_file())]
    found: set[str] = set()
    for path in files:
        if path.suffix in (".yml", ".sh", ""):
            text = re.sub(r"(?m)(^|\s)#.*", "", path.read_text(encoding="utf-8"))
            found |= set(USE.findall(text))
    return {name for name in found if NAME.match(name)}


def in_programs() -> set[str]:
    """Return the names that the jobs' Python asks an environment for."""
    return {
        name
        for folder in JOBS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and is_python(path)
        for name in reads(path)
    }


def in_settings() -> set[str]:
    """Return the variables of the settings that jobs read; each may be a file's instead."""
    prefix = Settings.model_config["env_prefix"]
    return {f"{prefix}{name}".upper() for name in Settings.model_fields}


def is_python(path: Path) -> bool:
    """Tell a Python program by its ending, or by its first line."""
    if path.suffix == ".py":
        return True
    return not path.suffix and path.read_bytes().startswith(b"#!/usr/bin/env python3")


def reads(path: Path) -> Iterator[str]:
    """Yield what a program asks an environment for: a string, a constant, a loop's variable."""
    tree = parsed(path)
    known, looped = constants(tree), loops(tree)
    for node in ast.walk(tree):
        asked = key(node)
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            yield asked.value
        elif isinstance(asked, ast.Name):
            yield from [known[asked.id]] if asked.id in known else looped.get(asked.id, [])


@cache
def parsed(path: Path) -> ast.Module:
    """Return a Python file as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def loops(tree: ast.Module) -> Mapping[str, list[str]]:
    """Return the words that a loop's variable goes through, where they stand in the loop itself."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            items = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else []
            words = [item.value for item in items if isinstance(item, ast.Constant)]
            found.setdefault(node.target.id, []).extend(w for w in words if isinstance(w, str))
    return found


def key(node: ast.AST) -> ast.expr | None:
    """Return the name in `environment[…]`, `environment.get(…)`, `job.variable(…)`, `Token(…)`."""
    if isinstance(node, ast.Subscript) and is_environment(node.value):
        return node.slice
    if not isinstance(node, ast.Call):
        return None
    method = isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    if method and isinstance(node.func, ast.Attribute) and is_environment(node.func.value):
        return node.args[0]
    return node.args[0] if node.args and ast.unparse(node.func) in ASKING else None


def is_environment(node: ast.expr) -> bool:
    """Tell whether an expression is the environment: `environment`, `os.environ`."""
    names = ("environment", "self.environment", "self._environment", "os.environ")
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in names


def constants(tree: ast.Module) -> Mapping[str, str]:
    """Return the module's strings by name, and those that it imports from ours."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    found[target.id] = node.value.value
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("training"):
            source = ROOT / f"{str(node.module).replace('.', '/')}.py"
            if source.is_file():
                theirs = constants(parsed(source))
                for name in node.names:
                    if name.name in theirs:
                        found[name.asname or name.name] = theirs[name.name]
    return found


@cache
def read() -> frozenset[str]:
    """Return every variable that somebody may set, or that a job hands to the next."""
    names = in_pipeline() | in_programs() | in_settings()
    return frozenset(name for name in names - SYSTEM if not PREDEFINED.match(name))
