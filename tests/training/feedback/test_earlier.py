"""Rows from just before an incident teach too, since its alert fires after the shift began."""

import json
from pathlib import Path

import pytest

from service.store.writes import utc
from tests.bundles import images
from tests.toy.task import TASK
from tests.training.feedback.test_sources import labelled
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


def _label(
    repository: Repository, rows: int, *, at: float, seed: int, source: str = "clinic"
) -> None:
    repository.label(images(rows, seed=seed), ["1"] * rows, at=at, source=source)


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


def test_one_source_alone_before_an_alert_does_not_outvote_those_after_it(
    repository: Repository,
) -> None:
    """It gives as many rows as all others together, of both times, though it had none beside it."""
    _label(repository, 300, at=START - 1000, seed=2, source="flood")
    repository.collect(*WHOLE)
    sources = repository.rows()["source"]
    assert (sources.count("clinic"), sources.count("flood")) == (100, 100)


def test_a_source_that_is_left_out_of_an_incident_teaches_nothing_before_it(
    tmp_path: Path,
) -> None:
    """Where nobody else labelled, so that nothing there could contradict it."""
    repository = Repository(tmp_path)
    rows = labelled({"a": 50, "b": 50, "c": 50, "bad": 100}, wrong="bad")
    inputs = TASK.input.from_arrow(rows.inputs)
    for name, first, last, at in (
        ("a", 0, 50, START),
        ("b", 50, 100, START + 50),
        ("c", 100, 150, START + 100),
        ("bad", 150, 190, START + 150),
        ("bad", 190, 250, START - 1000),
    ):
        repository.label(inputs[first:last], rows.labels[first:last], at=at, source=name)
    repository.collect(*WHOLE)
    assert set(repository.rows()["source"]) == {"a", "b", "c"}
