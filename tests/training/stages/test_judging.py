"""Of several label sources some judge only: by source, the same each time, enough on each side."""

import numpy as np
import pytest

from tests.bundles import images
from tests.splits import split
from tests.toy.numbers import NUMBERS
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import FeedbackRows
from training.artifacts.judging import judging
from training.artifacts.splits import Split

INCIDENT, OTHER = "0123456789ab", "9876543210ab"


def rows(counts: dict[str, int], incident: str = INCIDENT, *, trusted: str = "") -> Split:
    """Return rows of an incident by source."""
    names = np.array([name for name, count in counts.items() for _ in range(count)])
    inputs = images(len(names), seed=int(incident[0])).astype(np.float32)
    found = split(inputs, np.zeros(len(names), np.int64), incident)
    return Split(found.kind, found.table, found.labels, found.source, names, names == trusted)


def judges(found: Split) -> set[str]:
    """Return the sources that judge only."""
    return set(found.label_source[judging(found, 0.2)].tolist())


def test_of_ten_sources_two_judge_and_others_the_next_time() -> None:
    """They give a fifth of the rows, and the next incident chooses anew."""
    ten = {f"clinic {number}": 50 for number in range(10)}
    first = judges(rows(ten))
    assert len(first) == 2 and judges(rows(dict(reversed(ten.items())))) == first
    assert judges(rows(ten, OTHER)) != first
    both = rows(ten) + rows(ten, OTHER)
    assert (judging(both, 0.2)[:500] == judging(rows(ten), 0.2)).all()


def test_trusted_sources_judge_first() -> None:
    """Their labels are the best judges there are."""
    ten = {f"clinic {number}": 50 for number in range(10)}
    assert "clinic 7" in judges(rows(ten, trusted="clinic 7"))


def test_nobody_judges_only_where_trusted_sources_would_not() -> None:
    """A trusted majority is too much to judge only; the others do not judge in its place."""
    counts = {"nurse": 200, "a": 40, "b": 40, "c": 40}
    assert judges(rows(counts, trusted="nurse")) == set() and judges(rows(counts))


@pytest.mark.parametrize("counts", [{"only": 300}, {"large": 300, "small": 9}])
def test_where_no_sources_give_enough_nobody_judges_only(counts: dict[str, int]) -> None:
    """Then rows are split by content, as those of a single source are."""
    assert judges(rows(counts)) == set()


def test_whoever_judges_does_not_teach() -> None:
    """No row of a judging source is a training or validation row; all others teach or tune."""
    ten = rows({f"clinic {number}": 50 for number in range(10)})
    base = split(images(300, seed=8).astype(np.float32), np.zeros(300, np.int64))
    copied = base.where(np.arange(30))
    name = next(iter(judges(ten)))
    copies = Split(base.kind, copied.table, copied.labels, np.full(30, INCIDENT), np.full(30, name))
    collected = FeedbackRows(ten + copies, INCIDENT, np.arange(530))
    prepared = arrange(base, collected, NUMBERS.prepare)
    taught, judged = (
        set(part.label_source[part.source == INCIDENT].tolist())
        for part in (prepared.train + prepared.validation, prepared.test)
    )
    assert len(taught) == 8 and not taught & judged and name in judged


def test_whoever_judges_does_not_teach_by_rows_from_before_the_incident_either() -> None:
    """Or those whose labels judge a challenger would have trained it."""
    ten = {f"clinic {number}": 50 for number in range(10)}
    own, names = rows(ten), judges(rows(ten))
    earlier = rows(ten, OTHER)
    before = np.full(len(earlier.labels), f"{INCIDENT}-before")
    old = Split(own.kind, earlier.table, earlier.labels, before, earlier.label_source)
    base = split(images(300, seed=8).astype(np.float32), np.zeros(300, np.int64))
    prepared = arrange(base, FeedbackRows(own + old, INCIDENT, np.arange(1000)), NUMBERS.prepare)
    taught = prepared.train + prepared.validation
    from_before = set(taught.label_source[taught.source == before[0]].tolist())
    assert len(from_before) == 8 and not from_before & names


def test_a_base_test_row_that_a_judge_sends_again_is_tested_again() -> None:
    """It taught nobody; one that taught is left out."""
    ten = rows({f"clinic {number}": 50 for number in range(10)})
    base = split(images(300, seed=8).astype(np.float32), np.zeros(300, np.int64))
    alone = arrange(base, FeedbackRows(ten, INCIDENT, np.arange(500)), NUMBERS.prepare)
    copied = base.where(np.arange(60))
    name = next(iter(judges(ten)))
    copies = Split(base.kind, copied.table, copied.labels, np.full(60, INCIDENT), np.full(60, name))
    collected = FeedbackRows(ten + copies, INCIDENT, np.arange(560))
    again = arrange(base, collected, NUMBERS.prepare)
    tested = np.isin(copied.contents, alone.test.contents).sum()
    assert 0 < tested < 60 and len(again.test.labels) - len(alone.test.labels) == tested
