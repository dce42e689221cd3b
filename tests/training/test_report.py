"""The report: complete with and without a champion, a gate, fresh rows and epochs."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.training.contests import INCIDENT, model, prepare, says
from training import gate, report
from training.command import run
from training.errors import BadParameter, MissingArtifact
from training.markdown import table

CURVES = "epoch,accuracy,loss,val_accuracy,val_loss\n"


class Artifacts:
    """A task's artifacts made by hand, with a champion that knows the base rows only."""

    def __init__(self, folder: Path, *, fresh: bool = True, epochs: int = 3) -> None:
        self.folder, self.champion, self.out = folder / "digits", folder / "old", folder / "out"
        old = model(self.champion, 1)
        self.new = model(self.folder / "bundle", 2, "1.1.0")
        prepare(self.folder / "prepared", base=says(old), fresh=says(self.new) if fresh else None)
        (self.folder / "model").mkdir()
        lines = [f"{epoch},0.9,0.2,0.8,0.3\n" for epoch in range(1, epochs + 1)]
        (self.folder / "model" / "history.csv").write_text(CURVES + "".join(lines))
        facts = {
            "model": "cnn",
            "framework": "numpy",
            "framework_version": "2",
            "seconds": 12.34,
            "temperature": 1.0,
        }
        (self.folder / "model" / "training.json").write_text(json.dumps(facts))

    def gate(self) -> Path:
        """Let the gate decide and return its file."""
        options = {
            "champion": self.champion,
            "challenger": self.folder / "bundle",
            "prepared": self.folder / "prepared",
            "out": self.folder / "gate",
        }
        gate.main(["--task=digits", *(f"--{name}={value}" for name, value in options.items())])
        return self.folder / "gate" / "gate.json"

    def write(self, *options: str) -> str:
        """Run the command line and return the text."""
        arguments = ["--task=digits", f"--artifacts={self.folder}", f"--out={self.out}", *options]
        report.main(arguments, environment={"CI_PIPELINE_URL": "https://git.example.org/-/1"})
        return (self.out / "report.md").read_text()


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Artifacts, str]:
    """Return artifacts and their report, with a champion and without a gate; only read it."""
    artifacts = Artifacts(tmp_path_factory.mktemp("report"))
    return artifacts, artifacts.write(f"--champion={artifacts.champion}")


def images(text: str) -> Sequence[str]:
    """Return the images that a report shows."""
    return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)


def test_a_verdict_comes_first_with_its_reasons(tmp_path: Path) -> None:
    """A reviewer sees the decision and the figures for it before anything else."""
    artifacts = Artifacts(tmp_path)
    file = artifacts.gate()
    text = artifacts.write(f"--gate={file}", f"--champion={artifacts.champion}")
    lines = text.splitlines()
    assert lines[0] == "# digits 1.1.0" and lines[2] == "**Verdict: block**"
    assert lines[4].startswith("- a significant loss on base rows: 1.000 to 0.")


def test_both_models_are_measured_on_both_sets_of_rows(compared: tuple[Artifacts, str]) -> None:
    """Each metric has both values, the difference, its interval, and whether it is significant."""
    fresh, base = compared[1].split("## On ")[1:3]
    assert fresh.startswith(f"200 fresh rows, held out, of {INCIDENT}")
    assert base.startswith("200 base test rows")
    accuracy = next(line for line in fresh.splitlines() if line.startswith("| accuracy"))
    assert re.fullmatch(
        r"\| accuracy \| 0\.\d{4} \| 1\.0000 \| \+0\.\d{4} \| \[\+0.\d{4}, \+0.\d{4}\] "
        r"\| \*\*better\*\* \|",
        accuracy,
    )
    accuracy = next(line for line in base.splitlines() if line.startswith("| accuracy"))
    assert accuracy.endswith("| **worse** |") and "| 1.0000 | 0." in accuracy
    for name in ("macro F1", "AUC", "log loss", "calibration error"):
        assert f"| {name} |" in fresh and f"| {name} |" in base


def test_every_image_is_there_and_a_picture(compared: tuple[Artifacts, str]) -> None:
    """Links are relative names of PNG files beside the report."""
    artifacts, text = compared
    found = images(text)
    assert set(found) == {
        "confusion-fresh.png",
        "recall-fresh.png",
        "confusion-base.png",
        "recall-base.png",
        "curves.png",
        "labels.png",
    }
    assert all((artifacts.out / name).read_bytes().startswith(b"\x89PNG") for name in found)


def test_the_models_origin_is_told(compared: tuple[Artifacts, str]) -> None:
    """Version, digests, commit, data, incident, pipeline, time and parameters are all there."""
    artifacts, text = compared
    manifest = artifacts.new.bundle.manifest
    for word in (
        artifacts.new.bundle.digest,
        manifest.commit,
        manifest.data_version,
        "champion | 1.0.0, `",
        f"incident | `{INCIDENT}`",
        "pipeline | https://git.example.org/-/1",
        "12.3 s for 3 epochs",
        '"learning_rate"',
        f"{INCIDENT} (latest incident) | 200 | 200 | 200",
    ):
        assert word in text


def test_without_a_gate_no_verdict_is_given(compared: tuple[Artifacts, str]) -> None:
    """A merge request's report says what differs significantly, and decides nothing."""
    text = compared[1]
    assert "Verdict" not in text
    assert "fresh rows: **significantly better**" in text
    assert "base rows: **significantly worse**" in text


def test_a_model_against_itself_shows_no_difference(tmp_path: Path) -> None:
    """Where nothing changes, the first lines say so."""
    artifacts = Artifacts(tmp_path, fresh=False)
    text = artifacts.write(f"--champion={artifacts.folder / 'bundle'}")
    assert "base rows: **no significant difference**" in text


@pytest.mark.parametrize("named", [True, False])
def test_a_first_model_is_reported_alone(tmp_path: Path, named: bool) -> None:
    """Whether the champion is not named or not there, its values stand alone, with an interval."""
    artifacts = Artifacts(tmp_path, fresh=False)
    text = artifacts.write(*([f"--champion={tmp_path / 'none'}"] if named else []))
    assert "**The first model**" in text and "fresh rows" not in text
    assert re.search(r"\| accuracy \| 0\.\d{4} \[0\.\d{4}, 0\.\d{4}\] \|", text)
    assert "difference" not in text


def test_a_model_without_epochs_has_no_curves(tmp_path: Path) -> None:
    """One line of history is no curve: the figures stand in the text."""
    artifacts = Artifacts(tmp_path, fresh=False, epochs=1)
    text = artifacts.write()
    assert "curves.png" not in text and "for 1 epoch;" in text and "0.800 on validation" in text


def test_a_gate_of_another_bundle_is_refused(tmp_path: Path) -> None:
    """A verdict on other figures must not stand over these."""
    artifacts = Artifacts(tmp_path)
    file = artifacts.gate()
    model(artifacts.folder / "bundle", 3, "1.1.0")
    with pytest.raises(BadParameter, match="gate.json: challenger.digest: got .* the bundle's"):
        artifacts.write(f"--gate={file}", f"--champion={artifacts.champion}")


@pytest.mark.parametrize("name", ["model/history.csv", "model/training.json", "prepared/test.npz"])
def test_a_missing_artifact_is_named(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says which file is missing and how to make it; the exit code is 2."""
    artifacts = Artifacts(tmp_path, fresh=False)
    (artifacts.folder / name).unlink()
    assert run(lambda: print(artifacts.write())) == 2
    assert f"{name}: not found; run 'dvc repro'" in capsys.readouterr().err


def test_curves_need_an_epoch(tmp_path: Path) -> None:
    """A history with a header only is refused like a missing one."""
    file = tmp_path / "history.csv"
    file.write_text(CURVES)
    with pytest.raises(MissingArtifact, match="an epoch"):
        report.read_history(file)


def test_tables_survive_odd_labels() -> None:
    """A bar or a line break in a label does not break its row."""
    assert table(["label"], [["a|b\nc"]]).splitlines()[2] == "| a\\|b c |"
