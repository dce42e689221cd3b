"""Section 6: parts of the rows by age, by inputs, by label."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from perennial.statistics.paired import mcnemar
from tests.bundles import INPUT
from tests.training.contests import INCIDENT, model
from tests.training.report.made import Artifacts
from training.artifacts.splits import Split, file_of
from training.report.parts import score_by_slice, by_label, by_origin
from training.report.sections.slices import section


def relabelled(artifacts: Artifacts, names: list[str]) -> None:
    """Give the first base rows other sources, ten rows each."""
    file = file_of(artifacts.folder / "prepared", "test")
    test = Split.read(file, INPUT)
    sources = test.source.copy()
    for number, name in enumerate(names):
        sources[10 * number : 10 * number + 10] = name
    replace(test, source=sources).write(file)


def test_fresh_rows_stand_against_old_ones(tmp_path: Path) -> None:
    """Two names of the same rows are one slice."""
    found = by_origin(Artifacts(tmp_path).inputs())
    assert {name: int(rows.sum()) for name, rows in found.items()} == {
        f"fresh rows: incident {INCIDENT}": 200,
        "old rows: base": 200,
    }


def test_every_source_is_a_slice(tmp_path: Path) -> None:
    """Old rows are those of base and of all earlier incidents."""
    artifacts = Artifacts(tmp_path)
    relabelled(artifacts, ["aaaaaaaaaaaa"])
    found = by_origin(artifacts.inputs())
    sizes = {name: int(rows.sum()) for name, rows in found.items()}
    assert sizes == {
        f"fresh rows: incident {INCIDENT}": 200,
        "old rows": 200,
        "base": 190,
        "incident aaaaaaaaaaaa": 10,
    }


def test_without_an_incident_all_rows_are_one_slice(tmp_path: Path) -> None:
    """There is no fresh and no old then."""
    found = by_origin(Artifacts(tmp_path, fresh=False).inputs())
    assert list(found) == ["all rows: base"]


def test_slices_are_tested_together(tmp_path: Path) -> None:
    """P-values are corrected by Holm for all slices of 30 rows or more; the rest has none."""
    artifacts = Artifacts(tmp_path)
    relabelled(artifacts, ["aaaaaaaaaaaa"])
    inputs = artifacts.inputs()
    assert inputs.losses_before is not None
    origins, labels = score_by_slice(inputs, by_origin(inputs), by_label(inputs))
    every = [*origins, *labels]
    assert [part.p is None for part in every] == [part.rows < 30 for part in every]
    tested = [part for part in every if part.p is not None]
    rows = by_origin(inputs)["base"]
    raw = mcnemar(inputs.losses_before[rows] == 0, inputs.losses[rows] == 0)
    base = next(part for part in origins if part.name == "base")
    assert base.p is not None and raw < base.p <= len(tested) * raw
    assert base.low < base.change < base.high < 0


def test_small_slices_are_marked_and_never_significant(tmp_path: Path) -> None:
    """Ten rows conclude nothing, however they fall."""
    artifacts = Artifacts(tmp_path)
    relabelled(artifacts, ["aaaaaaaaaaaa"])
    text = "\n".join(section(artifacts.inputs(), artifacts.out))
    line = next(line for line in text.splitlines() if line.startswith("| `incident aaaa"))
    assert "| 10, few |" in line and line.endswith("| too few rows |")
    assert "fewer than 30 rows, too few for a conclusion" in text
    assert "**yes, worse**" in next(x for x in text.splitlines() if x.startswith("| `old rows"))
    assert "Holm" in text


def test_equal_models_differ_on_no_slice(tmp_path: Path) -> None:
    """Intervals have a width all the same: no difference seen is not no difference."""
    artifacts = Artifacts(tmp_path, fresh=False)
    model(artifacts.champion / "bundle", 2, "1.1.0")
    text = "\n".join(section(artifacts.inputs(), artifacts.out))
    assert "No slice differs significantly" in text and "**yes" not in text
    assert "| 0.0000 | −0.0097 to +0.0097 | no, p = 1 |" in text


def test_the_first_models_slices_have_intervals(tmp_path: Path) -> None:
    """Accuracy and its bounds, nothing of main."""
    artifacts = Artifacts(tmp_path)
    text = "\n".join(section(artifacts.inputs(main=False), artifacts.out))
    assert "| slice | rows | accuracy | 95% interval |" in text and "main" not in text
    assert "Accuracy of 12 slices." in text


def test_many_labels_are_drawn_in_part_and_listed_in_full(tmp_path: Path) -> None:
    """The picture takes those that may have lost most and says so."""
    artifacts = Artifacts(tmp_path, labels=[f"label {i}" for i in range(100)], rows=400)
    blocks = section(artifacts.inputs(), artifacts.out)
    assert "The chart shows the 18 of " in blocks[1]
    assert blocks[-1].count("\n| `label ") == len(by_label(artifacts.inputs()))


@pytest.mark.parametrize("rows", [0, 1])
def test_a_test_split_of_one_row_or_none_breaks_nothing(tmp_path: Path, rows: int) -> None:
    """The report says little, and comes out."""
    artifacts = Artifacts(tmp_path)
    file = file_of(artifacts.folder / "prepared", "test")
    Split.read(file, INPUT).where(np.arange(rows)).write(file)
    text = artifacts.write(f"--champion={artifacts.champion}")
    assert "Verdict: " in text
