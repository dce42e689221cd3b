"""Stored rows that cannot be read do not stop a retrain; they are counted and named."""

from pathlib import Path

import pytest

from tests.bundles import images
from tests.training.repository import Repository
from training.errors import CollectRefused

LABELS = [str(row % 10) for row in range(120)]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an empty one."""
    return Repository(tmp_path)


@pytest.mark.parametrize(
    ("row", "label", "problem"),
    [
        ([[1.0] * 8] * 7, "1", "instances[0]: got a list of 7, expected a list of 8 lists"),
        ([[1.0] * 8] * 7 + [["x"] * 8], "1", "instances[0][7][0]: got 'x', expected a number"),
        ([[1.0] * 8] * 7 + [[None] * 8], "1", "instances[0][7][0]: got None, expected a number"),
        ([[1.0] * 8] * 8, "eleven", "label: got 'eleven', expected one of"),
        (float("nan"), "1", "input: got unexpected character"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_named(
    repository: Repository,
    capsys: pytest.CaptureFixture[str],
    row: object,
    label: str,
    problem: str,
) -> None:
    """A wrong shape, no number, an unknown label or no JSON does not stop the retrain."""
    repository.label([row], [label])
    repository.label(images(120), LABELS)
    repository.collect()
    out = capsys.readouterr().out
    assert "120 new of 121 labelled rows read" in out
    assert f"1 unreadable (p000001: {problem}" in out
    assert len(repository.rows()["label"]) == 120


def test_of_many_unreadable_rows_some_are_named(repository: Repository) -> None:
    """All are counted; if there is too little left, the refusal says why."""
    repository.label([None] * 50, LABELS[:50])
    with pytest.raises(CollectRefused, match=r"50 unreadable \(p000001: .*p000003: .*\(47 more\)"):
        repository.collect()
