"""Section 5: confidence against accuracy."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.contests import prepare, says
from tests.training.report.made import Artifacts
from training.report.outputs.classes.answers import Answers
from training.report.outputs.classes.calibration import binned, section


def test_both_models_are_drawn_and_in_a_table(tmp_path: Path) -> None:
    """Mean confidence stands under the accuracy that it should be."""
    artifacts = Artifacts(tmp_path)
    inputs = artifacts.inputs()
    _, text, picture, figures = section(Answers(inputs), artifacts.out)
    assert picture.endswith("(calibration.png)") and (artifacts.out / "calibration.png").is_file()
    assert figures.splitlines()[0] == "| share of rows | main | here |"
    assert f"| {inputs.new.max(axis=1).mean():.4f} |" in figures
    assert "calibration error" in figures


@pytest.mark.parametrize(("right", "word"), [(True, "Underconfident"), (False, "Overconfident")])
def test_a_broken_word_is_said(tmp_path: Path, right: bool, word: str) -> None:
    """The sentence says which way, and what it would do to the estimated accuracy."""
    artifacts = Artifacts(tmp_path, fresh=False)
    truth = says(artifacts.new)
    wrong = lambda rows: (truth(rows) + 1) % 10  # noqa: E731
    prepare(artifacts.folder / "prepared", base=truth if right else wrong)
    text = section(Answers(artifacts.inputs(main=False)), artifacts.out)[1]
    assert text.startswith(f"**{word}**") and "estimated from confidence" in text


def test_kept_word_is_said(tmp_path: Path) -> None:
    """Mean confidence within the accuracy's interval is all that these rows can show."""
    artifacts = Artifacts(tmp_path, fresh=False)
    truth = says(artifacts.new)

    def half(
        rows: np.ndarray[tuple[int], np.dtype[np.float32]],
    ) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        confidence = artifacts.new.predict(rows).max(axis=1).mean()
        keep = np.arange(len(rows)) < round(confidence * len(rows))
        return np.where(keep, truth(rows), (truth(rows) + 1) % 10)

    prepare(artifacts.folder / "prepared", base=half)
    text = section(Answers(artifacts.inputs(main=False)), artifacts.out)[1]
    assert text.startswith("Confidence matches accuracy")


def test_bins_hold_every_row_once_and_enough_of_them() -> None:
    """Ten rows at least, so that an interval is narrow enough to say something."""
    random = np.random.default_rng(5)
    high = random.uniform(0.5, 1, size=500) ** 0.2
    probabilities = np.column_stack([high, 1 - high])
    found = binned(probabilities, (random.uniform(size=500) > high).astype(np.int64))
    assert 1 < len(found.confidence) < 15
    assert (np.diff(found.confidence) < 0).all()
    assert (found.low <= found.accuracy).all() and (found.accuracy <= found.high).all()


def test_few_rows_are_one_bin() -> None:
    """Even three rows are drawn."""
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.55, 0.45]])
    assert len(binned(probabilities, np.array([0, 1, 0])).accuracy) == 1
