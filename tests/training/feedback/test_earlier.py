"""Rows from just before an incident teach too, since its alert fires after the shift began."""

import json
from pathlib import Path

import pytest

from service.store.writes import utc
from tests.bundles import images
from tests.training.repository import START, Repository

INCIDENT = "0123456789ab"
BEFORE = f"{INCIDENT}-before"
WHOLE = (f"--incident={INCIDENT}", f"--incident-started={utc(START)}")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return one with a hundred rows of an incident."""
    found = Repository(tmp_path)
    _label(found, 100, at=START, seed=1)
    return found


def _label(repository: Repository, rows: int, *, at: float, seed: int) -> None:
    repository.label(images(rows, seed=seed), ["1"] * rows, at=at)


def _observed(repository: Repository, incident: str) -> list[object]:
    rows = repository.rows()
    pairs = zip(rows["incident"], rows["observed_at"], strict=True)
    return [at for name, at in pairs if name == incident]


def test_the_latest_rows_before_an_incident_are_taken_twice_as_many(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside its own, which alone are what the relay counts."""
    _label(repository, 300, at=START - 1000, seed=2)
    repository.collect(*WHOLE)
    assert len(_observed(repository, INCIDENT)) == 100
    assert _observed(repository, BEFORE) == [utc(START - 1000 + row) for row in range(100, 300)]
    assert "200 rows from just before the incident too" in capsys.readouterr().out
    counted = json.loads((repository.root / "artifacts/digits/collect/collect.json").read_text())
    assert counted == {"rows": 100, "least_rows": 100}


def test_what_was_learnt_from_is_not_taken_again(repository: Repository) -> None:
    """Neither the same predictions, nor the same image as one of the incident's."""
    _label(repository, 120, at=START - 5000, seed=3)
    repository.collect(f"--since={utc(START - 5000)}")
    assert set(repository.rows()["incident"]) == {"manual"}
    _label(repository, 100, at=START + 500, seed=4)
    _label(repository, 10, at=START + 300, seed=5)
    repository.label(images(100, seed=4)[:5], ["1"] * 5, at=START + 400)
    late = (f"--incident={INCIDENT}", f"--incident-started={utc(START + 490)}")
    repository.collect(*late)
    assert len(_observed(repository, INCIDENT)) == 100
    assert _observed(repository, BEFORE) == [utc(START + 300 + row) for row in range(10)]


def test_none_are_taken_where_the_parameter_says_so(repository: Repository) -> None:
    """Or where somebody collects by hand, who says from when on."""
    text = repository.params.read_text()
    repository.params.write_text(text.replace("earlier: 2", "earlier: 0"))
    _label(repository, 300, at=START - 1000, seed=2)
    repository.collect(*WHOLE)
    assert set(repository.rows()["incident"]) == {INCIDENT}


def test_limits_of_label_sources_hold_for_them_too(repository: Repository) -> None:
    """A flood of labels from one source before an alert teaches no more than one after it."""
    for seed, (name, many) in enumerate({"a": 130, "b": 20, "c": 20, "d": 20}.items(), start=10):
        repository.label(images(many, seed=seed), ["1"] * many, at=START - 1000, source=name)
    repository.collect(*WHOLE)
    rows = repository.rows()
    taken = [
        source
        for source, incident in zip(rows["source"], rows["incident"], strict=True)
        if incident == BEFORE
    ]
    assert 0 < taken.count("a") <= 100 and taken.count("b") == 20
