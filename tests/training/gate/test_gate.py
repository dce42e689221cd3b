"""The gate's verdict on two real bundles."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.classes import ClassesOutput
from tests.bundles import INPUT, images, make_bundle
from tests.perennial.kinds.toys.amount import AmountOutput
from tests.splits import split
from tests.training.contests import GATE, INCIDENT, Truth, model, prepare, says, scrambled
from training.artifacts.splits import Split, file_of
from training.errors import BadParameter, BundleUnusable, MissingArtifact
from training.gate import result
from training.gate.comparison import Score
from training.gate.judgement import judge
from training.gate.losses import champion_losses
from training.gate.models import open_model, open_models
from training.gate.unseen import FITTED_SPLITS


@pytest.mark.parametrize(
    ("base", "fresh", "verdict"),
    [("old", "new", "block"), ("new", "new", "promote"), ("new", None, "promote")],
)
def test_bundles_are_judged_on_the_prepared_rows(
    tmp_path: Path, base: str, fresh: str | None, verdict: str
) -> None:
    """Labels that only the champion gets right on base rows block; the challenger's promote."""
    truths = {"old": says(model(tmp_path / "old", 1)), "new": says(model(tmp_path / "new", 2))}
    prepared = prepare(
        tmp_path / "prepared", base=truths[base], fresh=truths[fresh] if fresh else None
    )
    new, old = open_models("digits", tmp_path / "new", tmp_path / "old")
    result = judge(new, old, prepared, GATE)
    assert result.decision.verdict == verdict
    assert result.base is not None and result.base.rows == 200
    assert (result.fresh is None) == (fresh is None)
    assert result.incident == (INCIDENT if fresh else None)


def test_a_bundle_against_itself_is_kept(tmp_path: Path) -> None:
    """Equal digests need no test: nothing can differ, whatever the rows say."""
    new = model(tmp_path / "new", 2)
    prepared = prepare(tmp_path / "prepared", base=scrambled)
    line = judge(new, model(tmp_path / "old", 2), prepared, GATE).decision.line()
    assert line == "keep: main has the same bundle, so there is no significant difference"


def test_rows_that_the_champion_learnt_from_do_not_count(tmp_path: Path) -> None:
    """Rows of its training and validation splits are recognised by their content and excluded."""
    new, old = model(tmp_path / "new", 2), model(tmp_path / "old", 1)
    prepared = prepare(tmp_path / "prepared", base=says(new), fresh=says(new))
    main = prepare(tmp_path / "main", base=says(old))
    test = Split.read(file_of(prepared, "test"), INPUT)
    test.where(np.arange(30)).write(file_of(main, "train"))
    test.where(np.arange(20, 50)).write(file_of(main, "validation"))
    result = judge(new, old, prepared, GATE, champion_prepared=main)
    assert result.base is not None and result.base.rows == 150
    assert result.fresh is not None and result.fresh.rows == 200


def test_a_champion_that_learnt_from_all_rows_cannot_be_compared(tmp_path: Path) -> None:
    """Without a row that is fair to both nothing is promoted."""
    new, old = model(tmp_path / "new", 2), model(tmp_path / "old", 1)
    prepared = prepare(tmp_path / "prepared", base=says(new))
    for name in FITTED_SPLITS:
        Split.read(file_of(prepared, "test"), INPUT).write(file_of(prepared, name))
    decision = judge(new, old, prepared, GATE, champion_prepared=prepared).decision
    assert decision.verdict == "keep" and "no rows to compare on" in decision.line()


@pytest.mark.parametrize("name", [*FITTED_SPLITS, "summary"])
def test_a_champion_with_a_part_of_its_rows_is_refused(tmp_path: Path, name: str) -> None:
    """Rows that it was trained on would count as unseen, so the missing file is named."""
    new, old = model(tmp_path / "new", 2), model(tmp_path / "old", 1)
    prepared = prepare(tmp_path / "prepared", base=says(new), fresh=says(new))
    main = prepare(tmp_path / "main", base=says(old))
    for each in FITTED_SPLITS:
        Split.read(file_of(main, "test"), INPUT).write(file_of(main, each))
    [missing] = main.glob(f"{name}.*")
    missing.unlink()
    with pytest.raises(MissingArtifact, match=f"main/{missing.name}: not found"):
        judge(new, old, prepared, GATE, champion_prepared=main)


def test_a_champion_without_its_rows_is_compared_and_the_result_says_so(tmp_path: Path) -> None:
    """A main of an older layout has no prepared rows: every test row counts, as is recorded."""
    new, old = model(tmp_path / "new", 2), model(tmp_path / "old", 1)
    prepared = prepare(tmp_path / "prepared", base=says(new))
    main = prepare(tmp_path / "main", base=says(old))
    for each in FITTED_SPLITS:
        Split.read(file_of(main, "test"), INPUT).write(file_of(main, each))
    said = "main's training rows are not recorded"
    without = judge(new, old, prepared, GATE, champion_prepared=tmp_path / "nowhere")
    assert without.base is not None and without.base.rows == 200
    assert without.seen_rows_known is False and said in result.describe(without)
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "train.npz").touch()
    older = judge(new, old, prepared, GATE, champion_prepared=tmp_path / "older")
    assert older.seen_rows_known is False
    known = judge(new, old, prepared, GATE, champion_prepared=main)
    assert known.seen_rows_known is True and said not in result.describe(known)
    first = judge(new, None, prepared, GATE)
    assert first.seen_rows_known is None and said not in result.describe(first)


def test_a_gate_file_without_the_field_reads(tmp_path: Path) -> None:
    """A gate.json written before seen rows were recorded has neither answer."""
    new = model(tmp_path / "new", 2)
    prepared = prepare(tmp_path / "prepared", base=says(new))
    path = result.write(judge(new, None, prepared, GATE), tmp_path / "out")
    document = json.loads(path.read_text())
    del document["seen_rows_known"]
    path.write_text(json.dumps(document))
    assert result.read(path).seen_rows_known is None


def test_a_gate_file_from_before_other_scores_reads(tmp_path: Path) -> None:
    """It says nothing of the metric, which was the accuracy of the gate's every comparison."""
    new = model(tmp_path / "new", 2)
    prepared = prepare(tmp_path / "prepared", base=says(new))
    judged = judge(new, None, prepared, GATE)
    path = result.write(judged, tmp_path / "out")
    document = json.loads(path.read_text())
    document["base"]["majority"] = document["base"].pop("constant")
    del document["base"]["headline"]
    path.write_text(json.dumps(document))
    assert result.read(path) == judged


def test_an_interval_that_the_rows_do_not_tell_is_read_again(tmp_path: Path) -> None:
    """A mean of one row has an infinite one, which JSON has no number for."""
    new = model(tmp_path / "new", 2)
    judged = judge(new, None, prepare(tmp_path / "prepared", base=says(new)), GATE)
    assert judged.base is not None
    endless = replace(judged.base, challenger=Score(1.0, 0.0, math.inf))
    path = result.write(replace(judged, base=endless), tmp_path / "out")
    assert result.read(path).base == endless


def test_a_floor_that_no_model_reaches_is_refused(tmp_path: Path) -> None:
    """An accuracy of 50, meant in percent, would block every model."""
    new = model(tmp_path / "new", 2)
    prepared = prepare(tmp_path / "prepared", base=says(new))
    message = "gate.floor: got 50.0, expected at most 1, the highest accuracy"
    with pytest.raises(BadParameter, match=message):
        judge(new, None, prepared, GATE.model_copy(update={"floor": 50.0}))


def test_figures_are_measured_through_the_service(tmp_path: Path) -> None:
    """Accuracies are those of the bundles' own answers, the difference theirs."""
    old, new = model(tmp_path / "old", 1), model(tmp_path / "new", 2)
    prepared = prepare(tmp_path / "prepared", base=says(old), fresh=says(new))
    fresh = judge(new, old, prepared, GATE).fresh
    assert fresh is not None and fresh.champion is not None and fresh.difference is not None
    assert fresh.challenger.value == 1.0 and fresh.challenger.high == 1.0
    assert fresh.champion.value < 0.5
    assert fresh.difference.value == pytest.approx(1 - fresh.champion.value)
    assert 0 < fresh.difference.low < fresh.difference.value < fresh.difference.high < 1
    assert fresh.difference.p < 0.0001


def test_scrambled_labels_block(tmp_path: Path) -> None:
    """Labels without relation to the inputs are recognised on the held-out fresh rows."""
    old, new = model(tmp_path / "old", 1), model(tmp_path / "new", 2)
    prepared = prepare(tmp_path / "prepared", base=says(new), fresh=scrambled)
    decision = judge(new, old, prepared, GATE).decision
    assert decision.verdict == "block" and "cannot be learnt" in decision.line()


def test_labels_are_compared_by_name(tmp_path: Path) -> None:
    """A champion with its labels in another order is measured by what it says, not by position."""
    old = model(tmp_path / "old", 1)
    make_bundle(tmp_path / "turned", seed=1, labels="9876543210")
    turned = open_model(tmp_path / "turned", "digits")
    reverse: Truth = lambda rows: 9 - says(old)(rows)  # noqa: E731
    prepared = prepare(tmp_path / "prepared", base=reverse)
    result = judge(old, turned, prepared, GATE)
    assert result.base is not None and result.base.champion is not None
    assert result.base.champion.value == 1.0


def test_rows_of_another_shape_are_refused(tmp_path: Path) -> None:
    """Prepared rows that the model cannot take are an error that names both shapes."""
    new = model(tmp_path / "new", 2)
    prepared = prepare(tmp_path / "prepared", base=says(new))
    small = ImageInput(shape=(4, 8))
    rows = np.zeros((9, 4, 8), np.float32)
    split(rows, np.zeros(9, np.int64), kind=small).write(file_of(prepared, "test"))
    expected = r"column input, row 0: got 32 values, expected 64, for the shape \(8, 8\)"
    with pytest.raises(BadParameter, match=f"the prepared rows' {expected}"):
        judge(new, None, prepared, GATE)


def test_a_broken_champion_does_not_block_its_replacement(tmp_path: Path) -> None:
    """A row that it gives no number for counts as wrong, and the result says how many there are."""
    old, new = model(tmp_path / "old", 1, fails_over=12), model(tmp_path / "new", 2)
    whole = model(tmp_path / "whole", 1)
    prepared = prepare(tmp_path / "prepared", base=says(whole), fresh=says(new))
    judged = judge(new, old, prepared, GATE)
    broken = images(200, seed=31)[:, 0, 0] > 12
    assert judged.base is not None and judged.base.champion is not None
    assert judged.base.unanswered == broken.sum() > 20
    assert judged.base.champion.value == 1 - broken.mean()
    assert judged.decision.verdict == "block", "it is still better on base rows"
    line = f"base: main's model returns no number for {broken.sum()} of these rows; each counts"
    assert line in result.describe(judged)
    prepared = prepare(tmp_path / "learnt", base=says(new), fresh=says(new))
    assert judge(new, old, prepared, GATE).decision.verdict == "promote"


def test_a_broken_challenger_is_refused(tmp_path: Path) -> None:
    """The message names the row and what the model returned for it."""
    new = model(tmp_path / "new", 2, fails_over=12)
    prepared = prepare(tmp_path / "prepared", base=scrambled)
    with pytest.raises(
        BundleUnusable, match=r"new: the model returns \[nan.* for test row \d+, exp"
    ):
        judge(new, model(tmp_path / "old", 1), prepared, GATE)


@pytest.mark.parametrize("kind", [AmountOutput.example(), ClassesOutput(labels=("a", "b"))])
def test_no_number_has_the_worst_loss_of_its_kind(kind: OutputKind) -> None:
    """The largest that either model has on any row, or 1 where losses are 0 and 1."""
    values = np.full((3, kind.width), 0.5)
    values[1] = np.nan
    found = champion_losses(values, kind, np.array([0, 1, 0]), kind, np.array([0.0, 0.0, 7.0]))
    assert found.unanswered == 1 and found.losses[1] == (1 if kind.labels else 7)


@pytest.mark.parametrize("damage", ["absent", "broken", "other task"])
def test_a_challenger_that_cannot_serve_is_refused(tmp_path: Path, damage: str) -> None:
    """An absent, damaged or foreign bundle is an error that names its folder."""
    folder = tmp_path / "new"
    if damage != "absent":
        make_bundle(folder, task="news" if damage == "other task" else "digits")
    if damage == "broken":
        (folder / "model.onnx").write_bytes(b"x")
    with pytest.raises((BundleUnusable, MissingArtifact), match=str(folder)):
        open_models("digits", folder, None)
