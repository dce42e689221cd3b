"""The report as a whole: its order, its ends, its pictures, its errors."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.training.contests import model
from tests.training.report.made import Artifacts
from training.command_line import run
from training.errors import BadParameter

MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Artifacts, str]:
    """Return artifacts and their report, with main's model and without a gate; only read it."""
    artifacts = Artifacts(tmp_path_factory.mktemp("report"))
    return artifacts, artifacts.write(f"--champion={artifacts.champion}")


def images(text: str) -> Sequence[str]:
    """Return the images that a report shows."""
    return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)


def test_marks_that_nobody_sees_begin_and_end_it(compared: tuple[Artifacts, str]) -> None:
    """By them the publisher finds its note again, and whether it tells of the same bundle."""
    lines = compared[1].splitlines()
    assert lines[0] == "<!-- perennial-report: digits -->"
    assert lines[-1] == f"<!-- perennial-bundle: {compared[0].new.bundle.digest} -->"


def test_sections_stand_in_the_order_of_need(compared: tuple[Artifacts, str]) -> None:
    """The verdict and the metrics are seen without scrolling far or unfolding."""
    found = re.findall(r"^## (\w+)", compared[1], re.MULTILINE)
    assert found[:6] == ["Metrics", "Training", "Mistakes", "Calibration", "Slices", "Data"]
    assert compared[1].index("Verdict") < compared[1].index("## Metrics")
    assert "<details>" not in compared[1].split("## Training")[0]


def test_it_has_one_spelling_for_everything(compared: tuple[Artifacts, str]) -> None:
    """CML's Markdown rewriter finds nothing to change: bullets, fences, blank lines, spaces."""
    text = compared[1]
    prose = re.sub(r"^```\w+\n.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "\n\n\n" not in text and not re.search(r"[ \t]$", text, re.MULTILINE)
    assert "```" not in prose
    assert not re.search(r"^ *[-+] ", prose, re.MULTILINE)
    assert "[" not in re.sub(r"!?\[[^\]]*\]\([^)]*\)", "", prose) and "__" not in prose
    assert not re.search(r"^#{1,6} .*\n[^\n]", text, re.MULTILINE)


def test_every_picture_is_there_and_small(compared: tuple[Artifacts, str]) -> None:
    """Links are relative names of PNG files beside the report, each once, under 200 kB."""
    artifacts, text = compared
    found = images(text)
    assert set(found) == {path.name for path in artifacts.out.glob("*.png")}
    for name in found:
        picture = (artifacts.out / name).read_bytes()
        assert picture.startswith(b"\x89PNG") and len(picture) < MOST_BYTES


def test_the_gates_verdict_is_told(tmp_path: Path) -> None:
    """Where a gate has decided, its verdict and reasons stand over the report."""
    artifacts = Artifacts(tmp_path)
    text = artifacts.write(f"--gate={artifacts.gate()}", f"--champion={artifacts.champion}")
    assert "a significant loss on base rows: accuracy 1.000 to 0." in text


def test_a_gate_of_another_bundle_is_refused(tmp_path: Path) -> None:
    """A verdict on other figures must not stand over these."""
    artifacts = Artifacts(tmp_path)
    file = artifacts.gate()
    model(artifacts.folder / "bundle", 3, "1.1.0")
    with pytest.raises(BadParameter, match="gate.json: challenger.digest: got .* the bundle's"):
        artifacts.write(f"--gate={file}", f"--champion={artifacts.champion}")


@pytest.mark.parametrize(
    "name", ["model/history.csv", "model/training.json", "prepared/test.parquet"]
)
def test_a_missing_artifact_is_named(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says which file is missing and how to make it; the exit code is 2."""
    artifacts = Artifacts(tmp_path, fresh=False)
    (artifacts.folder / name).unlink()
    assert run(lambda: print(artifacts.write())) == 2
    assert f"{name}: not found; run 'dvc repro -P'" in capsys.readouterr().err


def test_a_main_that_is_broken_for_some_rows_is_reported(tmp_path: Path) -> None:
    """Each such row counts as wrong, in every section, and the text says how many there are."""
    made = Artifacts(tmp_path)
    model(made.champion / "bundle", 1, fails_over=12)
    text = made.write(f"--champion={made.champion}", f"--gate={made.gate()}")
    assert re.search(
        r"Main's model returns no number for \d+ of these rows; in accuracy each", text
    )
    assert not re.search(r"\bnan\b", text)
