"""What live traffic is held against: which rows, which bins, which limit."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from perennial.kinds.outputs.classes import ClassesOutput
from perennial.signals import OUTPUTS, PREDICTION, Binner, Extraction, Signal, outputs
from tests import kinds
from tests.bundles import INPUT, LABELS, images
from tests.kinds import KINDS
from tests.splits import split
from tests.toy.numbers import NUMBERS as PARAMETERS
from training.artifacts.splits import Prepared, Split
from training.report.drift import Drift
from training.stages.basis import basis
from training.stages.reference import build

NUMBERS = PARAMETERS.export
INCIDENT = "aaaaaaaaaaaa"
OUTPUT = ClassesOutput(labels=LABELS)
Floats = np.ndarray


def rows_of(base: int, fresh: int, seed: int) -> Split:
    """Return base rows, then brighter rows of an incident."""
    inputs = images(base + fresh, seed=seed).astype(np.float32)
    inputs[base:] += 20
    source = np.array(["base"] * base + [INCIDENT] * fresh)
    return split(inputs, np.arange(base + fresh) % 10, source)


def prepared(fresh: tuple[int, int, int]) -> Prepared:
    """Return 500, 200 and 300 base rows, and so many fresh ones, per split."""
    train, validation, test = (
        rows_of(base, some, base) for base, some in zip((500, 200, 300), fresh, strict=True)
    )
    return Prepared(train, validation, test, INCIDENT if any(fresh) else None)


def right(rows: Split, share: float) -> Floats:
    """Return probabilities that are right on the first `share` of the rows."""
    answers = np.where(np.arange(len(rows.labels)) < share * len(rows.labels), 0, 1)
    found: Floats = np.eye(10)[(rows.labels + answers) % 10] * 0.9 + 0.01
    return found


def test_without_an_incident_all_held_out_base_rows_count() -> None:
    """Validation and test for the signals, test alone for the accuracy."""
    rows = prepared((0, 0, 0))
    found = basis(rows, OUTPUT, right(rows.validation, 1), right(rows.test, 0.9), NUMBERS)
    assert len(found.inputs.labels) == len(found.held_out.labels) == len(found.values) == 500
    expected = {"accuracy": 0.9, "accuracy_size": 300, "confidence": 0.91}
    assert found.quality == pytest.approx(expected)


def test_after_an_incident_its_rows_count() -> None:
    """All of them for the inputs, the held-out ones for the outputs, the test for the accuracy."""
    rows = prepared((140, 20, 40))
    found = basis(rows, OUTPUT, right(rows.validation, 1), right(rows.test, 1), NUMBERS)
    assert set(found.inputs.source) == {INCIDENT} and len(found.inputs.labels) == 200
    assert len(found.held_out.labels) == len(found.values) == 60
    assert found.quality["accuracy_size"] == 40
    assert found.inputs.inputs.mean() > 20


def test_too_few_fresh_rows_make_no_reference() -> None:
    """Under the least number the base rows stay what traffic is held against."""
    rows = prepared((60, 10, 20))
    found = basis(rows, OUTPUT, right(rows.validation, 1), right(rows.test, 1), NUMBERS)
    assert set(found.inputs.source) == {"base"} and found.quality["accuracy_size"] == 300


def test_rows_with_a_time_say_how_many_labels_count_as_one() -> None:
    """In the order of their times, whatever their own; rows without a time say nothing."""
    rows, random = prepared((0, 0, 0)), np.random.default_rng(1)
    test, places = rows.test, random.permutation(300)
    wrong = np.repeat(random.random(60) < 0.3, 5)[places]
    values = np.eye(10)[(test.labels + wrong) % 10]
    timed = replace(rows, test=replace(test, times=np.datetime64("2026-01-01", "us") + places))
    without, found = (
        basis(each, OUTPUT, right(rows.validation, 1), values, NUMBERS).quality
        for each in (rows, timed)
    )
    assert "design_effect" not in without
    assert found == {**without, "design_effect": pytest.approx(5, rel=0.3)}


def test_every_signal_has_bins_and_a_limit() -> None:
    """Bins have rows enough, shares sum to 1, all limits share one family-wise level."""
    rows = prepared((140, 20, 40))
    found = basis(rows, OUTPUT, right(rows.validation, 1), right(rows.test, 1), NUMBERS)
    extraction = Extraction.fit(INPUT, found.fitted.inputs)
    reference = build(extraction, OUTPUT, found, NUMBERS)
    assert {signal.name for signal in reference.signals} == {*extraction.names, *OUTPUTS}
    for signal in reference.signals:
        numeric = sum(signal.kind == "numeric" for signal in reference.signals)
        level = NUMBERS.family_level / (len(reference.signals) + numeric)
        assert signal.critical_value == pytest.approx(chi2.ppf(1 - level, len(signal.bins) - 1))
        assert sum(signal.shares) == pytest.approx(1) and min(signal.shares) > 0
        if signal.kind == "numeric":
            assert signal.rank_critical_value == pytest.approx(chi2.ppf(1 - level, 1))
            assert len(signal.edges) < NUMBERS.bins
            assert signal.name in OUTPUTS or len(signal.edges) == 200 // 25 - 1
        assert signal.size == (60 if signal.name in OUTPUTS else 200)
        if signal.name == PREDICTION:
            assert signal.bins == (*LABELS, "other", "missing")


@pytest.mark.parametrize("fresh", [(0, 0, 0), (140, 20, 40)])
def test_signals_are_fitted_to_rows_that_are_not_counted(fresh: tuple[int, int, int]) -> None:
    """What was fitted to a row fits that row too well to be held against others."""
    rows = prepared(fresh)
    found = basis(rows, OUTPUT, right(rows.validation, 1), right(rows.test, 1), NUMBERS)
    fitted, counted = (
        {row.tobytes() for row in part.inputs} for part in (found.fitted, found.inputs)
    )
    assert len(fitted) == 500 and not fitted & counted


def answers(rows: int, seed: int) -> Floats:
    """Return probabilities as of one model."""
    return np.random.default_rng(seed).dirichlet((0.3, 0.3), rows)


@pytest.mark.parametrize("name", KINDS)
def test_new_rows_of_the_same_kind_do_not_drift(name: str) -> None:
    """Of no kind of input does the reference differ, with evidence, from rows like its own."""
    kind = KINDS[name]
    extraction = kinds.fitted(kind)
    reference = kinds.reference(extraction, kind.rows(500, 2), answers(500, 2))
    assert {signal.name for signal in reference.signals} == {*extraction.names, *OUTPUTS}
    binner = Binner(reference.signals)
    columns = {**extraction.extract(kind.rows(800, 3)), **outputs(answers(800, 3))}
    parts = np.split(binner.count(columns), binner.offsets[1:])
    found = [Drift(signal, part) for signal, part in zip(binner.signals, parts, strict=True)]
    assert [one.signal.name for one in found if one.evidence > one.signal.critical_value] == []


def test_a_feature_that_is_never_there_is_outside_where_it_is() -> None:
    """Where the reference has nothing but missing values, any value is new."""
    rows = KINDS["table"].rows(300, 2)
    rows[:, 0] = np.nan
    reference = kinds.reference(kinds.fitted(KINDS["table"]), rows, answers(300, 2))
    (age,) = (signal for signal in reference.signals if signal.name == "age")
    counts = Binner([age]).count({"age": np.array([40.0, np.nan])})
    assert age.bins == ("00", "outside", "missing") and counts.tolist() == [0, 1, 1]


def test_a_reference_survives_its_file() -> None:
    """Every bin's share and every edge comes back from JSON as it was."""
    kind = KINDS["table"]
    for signal in kinds.reference(kinds.fitted(kind), kind.rows(99, 2), answers(99, 2)).signals:
        assert Signal.model_validate_json(signal.model_dump_json()) == signal
