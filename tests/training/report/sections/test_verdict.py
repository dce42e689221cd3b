"""Section 1: the verdict in one line, and what a reviewer does with it."""

from pathlib import Path

import pytest

from perennial.verdicts import Verdict
from tests.training.contests import model, prepare, says
from tests.training.report.made import Artifacts
from training.report.sections.verdict import ADVICE, FIRST, SAME, section

STALE = {
    "STALE_TASKS": "digits",
    "DVC_LOCK_COMMIT": "0123456789abcdef0123",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "wider",
}


def test_a_loss_is_blocked_without_a_gate(tmp_path: Path) -> None:
    """Title, verdict with its reasons, advice: the first lines of a merge request's report."""
    artifacts = Artifacts(tmp_path, fresh=False)
    title, line, advice = section(artifacts.inputs(), tmp_path)
    assert title == "# digits 1.1.0 against main's 1.0.0"
    assert line.startswith(
        "⛔ **Verdict: block** — a significant loss on base rows: accuracy 1.000 to 0."
    )
    assert advice == ADVICE[Verdict.BLOCK]


def test_a_gain_is_promoted(tmp_path: Path) -> None:
    """Where there are no fresh rows a gain on base rows is enough."""
    artifacts = Artifacts(tmp_path)
    prepare(artifacts.folder / "prepared", base=says(artifacts.new))
    blocks = section(artifacts.inputs(), tmp_path)
    assert "✅ **Verdict: promote** — a significant gain on base rows: accuracy 0." in blocks[1]
    assert blocks[2] == ADVICE[Verdict.PROMOTE]


def test_no_difference_is_kept_with_what_stays_open(tmp_path: Path) -> None:
    """The reader learns how large a difference these rows could have hidden."""
    artifacts = Artifacts(tmp_path)
    prepare(artifacts.folder / "prepared", base=lambda rows: rows[:, 0, 0].astype("int64") % 10)
    inputs = artifacts.inputs(floor=0.0)
    _, line, advice = section(inputs, tmp_path)
    assert "➖ **Verdict: keep** — no significant difference on base rows" in line
    assert "On these 200 rows the 95% interval" in advice and "accuracy is −" in advice


def test_a_version_number_that_main_has_must_be_raised_before_merging(tmp_path: Path) -> None:
    """Else the registry would refuse it after the deploy."""
    artifacts = Artifacts(tmp_path)
    model(artifacts.champion / "bundle", 1, "1.1.0")
    hint = section(artifacts.inputs(), tmp_path)[-1]
    assert hint.startswith(
        "**Before merging** raise `export.version` in `training/tasks/digits/params.yaml`"
    )


def test_the_same_bundle_is_kept(tmp_path: Path) -> None:
    """Nothing is computed where nothing can differ."""
    artifacts = Artifacts(tmp_path)
    model(artifacts.champion / "bundle", 2, "1.1.0")
    _, line, advice = section(artifacts.inputs(), tmp_path)
    assert line == (
        "➖ **Verdict: keep** — main has the same bundle, so there is no significant difference."
    )
    assert advice == SAME


def test_the_first_model_is_promoted(tmp_path: Path) -> None:
    """Without main there is nothing to be better than; the floor holds all the same."""
    artifacts = Artifacts(tmp_path)
    prepare(artifacts.folder / "prepared", base=says(artifacts.new))
    title, line, advice = section(artifacts.inputs(main=False), tmp_path)
    assert title == "# digits 1.1.0" and advice == FIRST
    assert line == "✅ **Verdict: promote** — the first model: there is no champion yet."


@pytest.mark.parametrize(
    ("changed", "end"),
    [
        ({}, "pushed to the branch `wider` as `0123456789ab`: pull before you push again."),
        ({"DVC_LOCK_COMMIT": ""}, "training ran in this pipeline; no new lock was pushed."),
    ],
)
def test_a_stale_lock_is_told(tmp_path: Path, changed: dict[str, str], end: str) -> None:
    """The author learns that the branch has a commit more than was pushed."""
    inputs = Artifacts(tmp_path).inputs(environment=STALE | changed)
    line = section(inputs, tmp_path)[2]
    assert line.startswith("`dvc.lock` did not match its inputs") and line.endswith(end)


def test_a_current_lock_is_not_mentioned(tmp_path: Path) -> None:
    """What is as it should be needs no line."""
    inputs = Artifacts(tmp_path).inputs(environment={"STALE_TASKS": ""})
    assert len(section(inputs, tmp_path)) == 3
