"""Results are files: what is there is not computed again, unless what decides it has changed."""

from pathlib import Path

import pytest

from backtest.outcome import Outcome
from backtest.store import Store, code, digest


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
