"""Results are files: what is there is not computed again, unless what decides it has changed."""

import ast
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from backtest.outcome import Outcome
from backtest.store import MODELS, PACKAGES, Store, code, digest

# They read and write what is given, and decide no number of a model.
IDLE = {"SQLAlchemy", "dvc", "orjson", "pydantic", "pydantic-settings", "ruamel.yaml"}
IDLE |= {"threadpoolctl"}


def outcome() -> Outcome:
    """Return a result."""
    return Outcome(policy="never", phase=0, score=0.5, blocks=(0.5,), rows=10, start=5, attempts=())


def refused() -> Outcome:
    """Stand for a replay that must not run."""
    pytest.fail("replayed again")


def test_a_second_run_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    """A result is read back as it was."""
    assert Store(tmp_path, "abc").outcome("never", 0, outcome) == outcome()
    assert Store(tmp_path, "abc").outcome("never", 0, refused) == outcome()


def test_what_was_decided_otherwise_is_replayed(tmp_path: Path) -> None:
    """Another digest, policy or phase is another file."""
    for decided, policy, phase in [("abc", "never", 0), ("xyz", "never", 0), ("abc", "never", 1)]:
        Store(tmp_path, decided).outcome(policy, phase, outcome)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_digest_tells_where_one_part_ends() -> None:
    """So no two lists of parts have the same."""
    assert digest("ab", "c") != digest("a", "bc")


def test_a_change_of_any_code_that_makes_a_model_gives_it_another_digest(tmp_path: Path) -> None:
    """A file among those that are named counts as much as one in a folder."""
    (tmp_path / "stages").mkdir()
    files = tmp_path / "stages" / "train.py", tmp_path / "params.py"
    found = set[str]()
    for text in ("one", "other"):
        for file in files:
            file.write_text(text)
            found.add(code(("stages", "params.py"), tmp_path))
    assert len(found) == 4


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_another_version_of_what_a_model_is_computed_with_gives_it_another_digest() -> None:
    """Every package that this code imports is among those whose versions count."""
    places = [Path(name) for name in MODELS]
    files = [file for place in places for file in (place.rglob("*.py"), [place])[place.is_file()]]
    names = {name.partition(".")[0] for file in files for name in _imported(file)}
    known = packages_distributions()
    found = {package for name in names for package in known.get(name, ())} - IDLE
    assert "keras" in found and found <= set(PACKAGES)
