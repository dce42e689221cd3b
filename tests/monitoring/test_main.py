"""The command line of monitoring."""

from pathlib import Path

import pytest

from monitoring.__main__ import main


def test_generate_writes_every_file_and_says_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`generate` names what it wrote under the folder it was given."""
    assert main(["generate", "--root", str(tmp_path)]) == 0
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*") if path.is_file()}
    assert written == set(capsys.readouterr().out.split())
    assert "monitoring/rules/drift.rules.yml" in written
    assert "grafana/dashboards/perennial-loop.json" in written


def test_a_missing_command_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command the program says which there are."""
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "COMMAND" in capsys.readouterr().err
