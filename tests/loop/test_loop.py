"""The whole loop, run as `make demo` runs it: real programs, real pipeline, nothing staged."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from demo.workspace import ROOT

pytestmark = [pytest.mark.loop, pytest.mark.timeout(900)]

RETRAINED = [
    "trained",
    "deployed",
    "drift_started",
    "alert_firing",
    "pipeline_triggered",
    "challenger_trained",
    "gate_promoted",
    "merged",
    "redeployed",
    "recovered",
]


def _start(shift: str, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "demo.loop", "--shift", shift, "--out", str(out)]
    tools = [str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin")]
    env = os.environ | {"PATH": os.pathsep.join([*tools, os.environ["PATH"]])}
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _status() -> str:
    command = ["git", "status", "--short", "--branch"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _run(shift: str, out: Path) -> tuple[dict[str, Any], str]:
    """Run a demo to its end; return its timeline and what it said."""
    before = _status()
    output = _start(shift, out).communicate()[0]
    assert _status() == before, "the demo changed the tree that it was started from"
    assert (out / "timeline.json").exists(), output
    timeline: dict[str, Any] = json.loads((out / "timeline.json").read_text())
    assert timeline["requests"]["failed"] == 0, output
    assert timeline["requests"]["sent"] > 1000, output
    return timeline, output


def _command_lines() -> list[str]:
    """Return the command line of every process of this machine."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended between the listing and the reading
            continue
    return lines


def _events(timeline: dict[str, Any]) -> list[str]:
    return [event["event"] for event in timeline["events"]]


def test_drift_leads_to_a_better_model_without_a_person(tmp_path: Path) -> None:
    """Alert, one pipeline, challenger, gate, merge, deploy, recovery, and no failed request."""
    out = tmp_path / "out"
    timeline, output = _run("inverted", out)
    accuracy = timeline["accuracy"]
    assert _events(timeline) == RETRAINED, output
    seconds = [event["seconds"] for event in timeline["events"]]
    assert seconds == sorted(seconds)
    assert accuracy["drifted"] <= accuracy["before"] - 0.15
    assert accuracy["after"] >= accuracy["before"] - 0.03
    assert timeline["pipelines_triggered"] == 1
    assert timeline["webhooks_received"] >= 2
    assert len(timeline["versions"]) == 2
    page = (out / "merge-request.html").read_text()
    assert "Retrain" in page and "promote" in page.lower()
    assert (out / "timeline.png").stat().st_size > 20_000


def test_without_a_shift_nothing_happens(tmp_path: Path) -> None:
    """No alert, no pipeline, one version, and the demo says so."""
    timeline, output = _run("none", tmp_path / "out")
    assert _events(timeline) == ["trained", "deployed"], output
    assert timeline["pipelines_triggered"] == 0 and timeline["webhooks_received"] == 0
    assert len(timeline["versions"]) == 1
    assert "no alert fired, no pipeline ran" in output


def test_scrambled_labels_are_blocked_and_the_champion_serves_on(tmp_path: Path) -> None:
    """The alert is real, the retrain runs, and the gate refuses its model with reasons."""
    timeline, output = _run("bad-labels", tmp_path / "out")
    assert _events(timeline)[-1] == "gate_blocked", output
    assert timeline["pipelines_triggered"] == 1
    assert len(timeline["versions"]) == 1
    assert "block" in output


def test_an_interrupted_demo_ends_every_program_and_says_where_the_logs_are(
    tmp_path: Path,
) -> None:
    """Ctrl-C in the middle leaves no process of the demo behind."""
    out = tmp_path / "out"
    process = _start("none", out)
    deadline = time.monotonic() + 120
    while not (out / "logs" / "train.log").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert "interrupted" in output and "logs" in output
    assert [line for line in _command_lines() if str(out) in line] == []
