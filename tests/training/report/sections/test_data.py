"""Section 7: rows, labels, drift and validation, each beside main's or not recorded."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from monitoring.thresholds import Thresholds
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.signals import PREDICTION
from perennial.statistics.drift import PRIOR, PSI_LIMIT
from tests.bundles import INPUT, LABELS, images
from tests.splits import split
from tests.training.contests import INCIDENT
from tests.training.report.made import Artifacts
from training.artifacts.splits import Prepared, Split
from training.report.changes import Side, changes
from training.report.drift import signal_drift
from training.report.sections.data import section, times

OUTPUT = ClassesOutput(labels=LABELS)


def rows(number: int, *, seed: int, source: str = "base", add: float = 0.0) -> Split:
    """Return random rows, `add` brighter, all with the label of their place."""
    inputs = (images(number, seed=seed) / 2 + add).astype(np.float32)
    return split(inputs, np.arange(number) % len(LABELS), source)


def prepared(folder: Path, train: Split, *, test: Split | None = None) -> None:
    """Write three splits, of which only some are given."""
    test = test if test is not None else rows(60, seed=91)
    fresh = INCIDENT if (train.source == INCIDENT).any() else None
    Prepared(train, rows(40, seed=90), test, fresh).write(folder / "prepared", LABELS)


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts with the same rows here and in main."""
    artifacts = Artifacts(tmp_path, fresh=False)
    for folder in (artifacts.folder, artifacts.champion):
        prepared(folder, rows(100, seed=1))
    return artifacts


def text(artifacts: Artifacts, *, main: bool = True) -> str:
    """Return the section."""
    return "\n\n".join(section(artifacts.inputs(main=main), artifacts.out))


def lines(found: str, start: str) -> Sequence[str]:
    """Return the lines that begin so."""
    return [line for line in found.splitlines() if line.startswith(start)]


def test_the_same_rows_are_said_to_be_the_same(made: Artifacts) -> None:
    """No change in the table, no drift, and the picture of labels alone."""
    found = text(made)
    assert lines(found, "| `base`") == ["| `base` | 100 | 40 | 60 |"]
    assert "Rows and labels are the same as main's, so no signal drifts." in found
    assert "PSI" not in found and "changed most" not in found
    assert [path.name for path in made.out.glob("*.png")] == ["labels.png"]


def test_new_rows_are_counted_by_split_and_source(made: Artifacts) -> None:
    """Each number has its change; the latest incident is named; what is gone counts too."""
    fresh = rows(30, seed=2, source=INCIDENT)
    prepared(made.folder, rows(100, seed=1).where(np.arange(90)) + fresh)
    found = text(made)
    assert lines(found, "| `base`") == ["| `base` | 90 (−10) | 40 | 60 |"]
    row = f"| `{INCIDENT}` (latest incident) | 30 (+30) | 0 | 0 |"
    assert lines(found, f"| `{INCIDENT}`") == [row]
    assert lines(found, "| all") == ["| all | 120 (+20) | 40 | 60 |"]
    assert "Compared with main's rows by content: 30 new, 10 gone." in found


def test_a_label_that_changed_is_no_new_row(made: Artifacts) -> None:
    """The same image under another name is counted apart, and nothing drifts."""
    before = rows(100, seed=1)
    labels = before.labels.copy()
    labels[:7] = 9
    prepared(made.folder, replace(before, labels=labels))
    found = text(made)
    assert "by content: 7 relabelled." in found and "PSI" not in found
    assert "The share of `9` changed most: from 10.0% to 17.0% of training rows." in found


def test_labels_are_compared_by_name(tmp_path: Path) -> None:
    """Where main's labels stand in another order, an index means another label."""
    for folder in ("here", "main"):
        prepared(tmp_path / folder, rows(10, seed=1))
    here = Side(tmp_path / "here" / "prepared", INPUT, OUTPUT)
    main = Side(tmp_path / "main" / "prepared", INPUT, OUTPUT)
    same = changes(here, main)
    turned = changes(here, replace(main, output=ClassesOutput(labels=LABELS[::-1])))
    assert same is not None and same.nothing
    assert turned is not None and turned.relabelled == 110 and not turned.gone


def test_drifting_signals_come_worst_first_with_their_limits(made: Artifacts) -> None:
    """Far brighter rows: PSI and G beside their limits, and the worst as a picture."""
    prepared(made.folder, rows(100, seed=1) + rows(200, seed=3, source=INCIDENT, add=8))
    found = text(made)
    assert "signals drift in the 200 new rows (limits: both PSI over 0.1 and G over its" in found
    table = lines(found, "| `")[2:]
    effects = [float(line.split("|")[2]) for line in table]
    assert effects == sorted(effects, reverse=True) and effects[-1] > PSI_LIMIT
    assert all(line.endswith("| yes |") for line in table)
    assert "](drift.png)" in found and (made.out / "drift.png").is_file()


def test_new_rows_like_mains_do_not_drift(tmp_path: Path) -> None:
    """Rows of the reference's kind: the furthest signal is named, and no picture drawn."""
    artifacts = Artifacts(tmp_path, fresh=False)
    prepared(artifacts.champion, rows(100, seed=1))
    like = split(images(300, seed=5).astype(np.float32), np.arange(300) % 10, INCIDENT)
    prepared(artifacts.folder, rows(100, seed=1) + like)
    found = text(artifacts)
    assert "signals drifts in the 300 new rows (the highest is `" in found
    assert not (artifacts.out / "drift.png").exists()


def test_the_limits_are_the_monitorings() -> None:
    """Prior and limit are those by which live traffic is watched."""
    assert (PRIOR, PSI_LIMIT) == (Thresholds().prior, Thresholds().psi)


def test_every_signal_of_the_reference_is_counted(made: Artifacts) -> None:
    """Each row falls into one bin of every signal, the prediction among them, with a name."""
    champion = made.inputs().champion
    assert champion is not None
    found = signal_drift(champion, rows(50, seed=4))
    assert {one.signal.name for one in found} >= {PREDICTION, "confidence", "brightness"}
    assert_array_equal([one.counts.sum() for one in found], 50)
    assert all(len(one.bins) == len(one.counts) for one in found)


def test_test_rows_that_main_learnt_from_are_counted(made: Artifacts) -> None:
    """They say nothing on main's model, and the reader is told how many they are."""
    prepared(made.folder, rows(60, seed=91), test=rows(100, seed=1))
    many = "Main's model was trained on 100 of the 100 test rows: this report's comparisons"
    assert many in text(made)


def test_a_main_that_kept_no_rows_is_not_compared(made: Artifacts) -> None:
    """Nothing is invented: no change, no drift, and the reason."""
    rmtree(made.champion / "prepared")
    assert "Main's rows are not recorded, so changes and drift are unknown" in text(made)


def test_a_first_model_has_rows_and_labels_alone(made: Artifacts) -> None:
    """There is no main to have changed from."""
    found = text(made, main=False)
    assert "| rows from | train | validation | test |" in found and "main" not in found.lower()


def test_validation_findings_are_told(made: Artifacts) -> None:
    """Rules that hold as a number, warnings one by one, with samples in code."""
    assert "Validation: not recorded." in text(made)
    good = {"column": "base.input", "rule": "no duplicates", "checked": 90, "failed": 0}
    bad = {"column": "label", "rule": "even", "checked": 90, "failed": 2, "samples": ["a|b"]}
    document = {"rows": {"base": 90}, "checks": [good | {"samples": []}], "warnings": []}
    file = made.folder / "validation" / "findings.json"
    file.parent.mkdir()
    file.write_text(json.dumps(document))
    assert "Validation: 1 of 1 rules passed on 90 rows, without warnings." in text(made)
    file.write_text(json.dumps(document | {"warnings": [bad]}))
    found = text(made)
    assert "passed on 90 rows, with 1 warning:" in found
    assert "*   `label: even`: 2 of 90 (`a|b`)" in found


def test_equal_rows_are_counted_each(tmp_path: Path) -> None:
    """One more of them is new, one fewer is gone, and one with another label is relabelled."""
    three = rows(1, seed=1) + rows(1, seed=1) + rows(1, seed=1)
    other = replace(rows(1, seed=1), labels=np.array([3]))
    sides = [Side(tmp_path / name / "prepared", INPUT, OUTPUT) for name in ("here", "main")]

    def compared(here: Split, main: Split) -> tuple[int, int, int]:
        prepared(tmp_path / "here", here)
        prepared(tmp_path / "main", main)
        found = changes(*sides)
        assert found is not None
        return len(found.new.labels), found.gone, found.relabelled

    assert compared(three, three) == (0, 0, 0)
    assert compared(three, three.where(np.arange(2))) == (1, 0, 0)
    assert compared(three.where(np.arange(2)), three) == (0, 1, 0)
    assert compared(three.where(np.arange(2)) + other, three) == (0, 0, 1)
    assert compared(other + other, three + other) == (0, 2, 1)


def test_rows_in_time_order_say_from_when_to_when_they_are(made: Artifacts) -> None:
    """Each source in each split; images have no time, so that nothing is said of them."""
    assert "split by time" not in text(made)
    found = times(
        {
            "train": {"times": {"base": ["2026-01-01T00:00:00Z", "2026-03-01T05:30:00Z"]}},
            "validation": {"times": {}},
            "test": {},
        },
        "seen",
    )
    assert "Rows are split by time, the column `seen`: of each source the latest are for test" in (
        found[0]
    )
    assert "| `base` | 2026-01-01 00:00 to 2026-03-01 05:30 | none | none |" in found[1]
