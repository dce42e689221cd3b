"""Section 2: every metric of both models, on rows fair to both."""

import re
from pathlib import Path

import numpy as np

from perennial.statistics.metrics import METRICS
from tests.bundles import INPUT, LABELS
from tests.training.contests import INCIDENT, model
from tests.training.report.made import Artifacts
from training.artifacts.splits import Prepared, Split, file_of
from training.report.outputs.classes.answers import Answers
from training.report.sections.metrics import section

NUMBER = r"0\.\d{4}"


def row(block: str, name: str) -> str:
    """Return a metric's line."""
    return next(line for line in block.splitlines() if line.startswith(f"| {name}"))


def test_both_models_are_measured_on_fresh_and_on_base_rows(tmp_path: Path) -> None:
    """Each metric has its unit, both values, difference, interval and whether it is significant."""
    inputs = Artifacts(tmp_path).inputs()
    _, about_fresh, fresh, about_base, base, note = section(inputs, tmp_path)
    both = "that neither model was trained on:"
    assert about_fresh == f"On 200 fresh test rows (incident `{INCIDENT}`) {both}"
    assert about_base == f"On 200 base test rows {both}"
    assert re.fullmatch(
        rf"\| accuracy \(share of rows\) ↑ \| {NUMBER} \| 1\.0000 \| \+{NUMBER} "
        rf"\| \+{NUMBER} to \+{NUMBER} \| \*\*yes, better\*\*, p < 0.0001 \|",
        row(fresh, "accuracy"),
    )
    assert "| **yes, worse**, p < 0.0001 |" in row(base, "accuracy")
    assert all(
        f"| {one.title} (" in fresh and f"| {one.title} (" in base for one in METRICS.values()
    )
    assert "| yes, worse |" in row(base, "log loss") and "| +" in row(base, "log loss")


def test_it_says_what_decides(tmp_path: Path) -> None:
    """Four more tests without correction find something in up to a fifth of all reports."""
    note = section(Artifacts(tmp_path).inputs(), tmp_path)[-1]
    assert note.startswith(
        "Either accuracy decides, by McNemar's exact test at 5%, or, where it is no worse and each "
        "model is wrong on 10 rows or more, a gain in log loss, by Student's t test. "
    )
    assert "up to 20% of reports" in note


def fitted(artifacts: Artifacts, train: Split) -> None:
    """Write main's prepared rows with these training rows."""
    nothing = train.where(np.arange(0))
    Prepared(train, nothing, nothing, None).write(artifacts.champion / "prepared", LABELS)


def test_rows_that_main_learnt_from_are_left_out_and_counted(tmp_path: Path) -> None:
    """The comparison is not lent a hand by memory."""
    artifacts = Artifacts(tmp_path)
    test = Split.read(file_of(artifacts.folder / "prepared", "test"), INPUT)
    fitted(artifacts, test.where(np.arange(40)))
    about = section(artifacts.inputs(), tmp_path)[3]
    assert about.startswith("On 160 base test rows that neither model was trained on")
    assert about.endswith("(40 of all test rows excluded because main was trained on them):")


def test_without_a_fair_row_there_is_no_table(tmp_path: Path) -> None:
    """Main has learnt from every test row: the report says so in place of figures."""
    artifacts = Artifacts(tmp_path)
    fitted(artifacts, Split.read(file_of(artifacts.folder / "prepared", "test"), INPUT))
    blocks = section(artifacts.inputs(), tmp_path)
    assert len(blocks) == 2 and "no test rows to compare on" in blocks[1]
    assert "400 of all test rows excluded" in blocks[1]


def test_the_first_model_stands_alone_with_an_interval(tmp_path: Path) -> None:
    """There is a value to judge, and no difference to be seen."""
    artifacts = Artifacts(tmp_path, fresh=False)
    title, about, values = section(artifacts.inputs(main=False), tmp_path)
    assert title == "## Metrics" and about == "On 200 base test rows:"
    assert re.search(rf"↑ \| {NUMBER} \| {NUMBER} to {NUMBER} \|", row(values, "accuracy"))
    assert "difference" not in values


def test_a_model_against_itself_differs_in_nothing(tmp_path: Path) -> None:
    """Every difference and interval is zero, without a sign."""
    artifacts = Artifacts(tmp_path, fresh=False)
    model(artifacts.champion / "bundle", 2, "1.1.0")
    values = section(artifacts.inputs(), tmp_path)[2]
    assert len(re.findall(r"\| (0\.0{3,4}) \| \1 to \1 \| no", values)) == len(METRICS)


def test_other_labels_are_compared_by_name(tmp_path: Path) -> None:
    """What only main can answer is wrong here, what it cannot answer is wrong there; it is told."""
    artifacts = Artifacts(tmp_path, fresh=False)
    model(artifacts.champion / "bundle", 1, labels=["ten", *LABELS[1:]])
    inputs = artifacts.inputs()
    assert Answers(inputs).names == (*LABELS, "(other)")
    assert inputs.old is not None and inputs.losses_before is not None
    zero = inputs.rows.labels == 0
    assert inputs.losses_before[zero].all() and not inputs.losses_before[~zero].any()
    assert section(inputs, tmp_path)[-1] == (
        "The models' labels differ: `0` unknown to main; `ten` known to main only."
    )
    assert inputs.result.base is not None and inputs.result.base.champion is not None
    assert inputs.result.base.champion.value == (inputs.losses_before == 0).mean()
