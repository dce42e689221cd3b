"""The gate on the command line."""

import json
from pathlib import Path

import pytest

from tests.toy.numbers import FILE
from tests.training.contests import model, prepare, says, scrambled
from training.command_line import run
from training.errors import BadParameter, MissingArtifact
from training.gate import __main__ as gate
from training.gate import result


def command(folder: Path) -> list[str]:
    """Return the gate's command line on the folders of a test."""
    options = {"champion": "main/bundle", "challenger": "new", "prepared": "prepared", "out": "out"}
    pairs = [(f"--{name}", str(folder / value)) for name, value in options.items()]
    return ["--task", "digits", "--params", str(FILE), *(part for pair in pairs for part in pair)]


def test_the_command_promotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the verdict first, writes the figures, and they read back as they were."""
    model(tmp_path / "main" / "bundle", 1)
    new = model(tmp_path / "new", 2, "1.1.0")
    prepare(tmp_path / "prepared", base=says(new), fresh=says(new))
    assert gate.main(command(tmp_path)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("promote: a significant gain on fresh rows")
    assert lines[-1].startswith("challenger: 1.1.0 (")
    document = json.loads((tmp_path / "out" / "gate.json").read_text())
    assert document["decision"]["verdict"] == "promote"
    assert result.read(tmp_path / "out" / "gate.json").challenger.digest == new.bundle.digest


def test_the_command_blocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A block is exit 1, with the reasons first; the figures are written too."""
    old = model(tmp_path / "main" / "bundle", 1)
    model(tmp_path / "new", 2)
    prepare(tmp_path / "prepared", base=says(old), fresh=scrambled)
    assert gate.main(command(tmp_path)) == 1
    assert capsys.readouterr().out.startswith("block: a significant loss on base rows")
    assert (tmp_path / "out" / "gate.json").exists()


def test_without_a_champion_the_first_model_is_promoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody has to say so."""
    new = model(tmp_path / "new", 2)
    prepare(tmp_path / "prepared", base=says(new))
    given = command(tmp_path)
    place = given.index("--champion")
    assert gate.main([*given[:place], "--first", *given[place + 2 :]]) == 0
    out = capsys.readouterr().out
    assert out.startswith("promote: the first model") and "champion: none" in out


def test_a_champion_that_is_not_there_is_no_first_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path with a slip in it must not promote whatever was trained."""
    new = model(tmp_path / "new", 2)
    prepare(tmp_path / "prepared", base=says(new))
    assert run(lambda: gate.main(command(tmp_path))) == 2
    assert "--champion: got" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_comparison_that_cannot_be_made_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An input that is missing is neither a promotion nor a block."""
    model(tmp_path / "main" / "bundle", 1)
    model(tmp_path / "new", 2)
    assert run(lambda: gate.main(command(tmp_path))) == 2
    assert "test.parquet: not found" in capsys.readouterr().err


def test_a_gate_file_that_is_not_one_is_refused(tmp_path: Path) -> None:
    """Reading names the file and the field at fault."""
    path = tmp_path / "gate.json"
    with pytest.raises(MissingArtifact, match="gate.json"):
        result.read(path)
    path.write_text('{"task": "digits"}')
    with pytest.raises(BadParameter, match="gate.json: decision"):
        result.read(path)
