"""A task that somebody stops making leaves no program behind."""

import signal
import subprocess
import sys
from pathlib import Path

from demo.workspace import ROOT
from tests.service.fakes import wait_until

# In place of DVC: it starts a stage of its own, and waits for it.
DVC = """
import pathlib, subprocess, sys
stage = subprocess.Popen(["sleep", "600"])
pathlib.Path("stage").write_text(str(stage.pid))
stage.wait()
"""
MAKE = """
import signal, sys
from pathlib import Path
from training.bring import trial
signal.signal(signal.SIGTERM, signal.default_int_handler)
trial.train("churn", Path(sys.argv[1]))
"""


def test_a_stage_ends_with_the_command_that_is_stopped(tmp_path: Path) -> None:
    """Also where only the command itself gets the signal."""
    (tmp_path / "dvc.py").write_text(DVC)
    command = [sys.executable, "-c", MAKE, str(tmp_path)]
    made = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    file = tmp_path / "stage"
    wait_until(lambda: file.exists() and bool(file.read_text()))
    stage = int(file.read_text())
    made.send_signal(signal.SIGTERM)
    made.wait(30)
    wait_until(lambda: not _runs(stage))


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
