"""The whole loop, run as `make demo` runs it: real programs, real pipeline, nothing staged."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
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


class Demos:
    """Demos that run side by side, as they may on one machine: free ports, folders of their own."""

    def __init__(self, folder: Path, *shifts: str) -> None:
        self._tree = _status()
        self._out = {shift: folder / shift for shift in shifts}
        self._running = {shift: _start(shift, out) for shift, out in self._out.items()}

    def result(self, shift: str) -> tuple[dict[str, Any], str, Path]:
        """Wait for a demo's end; return its timeline, what it said and its folder."""
        output = self._running[shift].communicate()[0]
        assert self._running[shift].returncode == 0, output
        assert _status() == self._tree, "the demo changed the tree that it was started from"
        out = self._out[shift]
        timeline: dict[str, Any] = json.loads((out / "timeline.json").read_text())
        assert timeline["requests"]["failed"] == 0, output
        assert timeline["requests"]["sent"] > 1000, output
        return timeline, output, out

    def stop(self) -> None:
        """End what a failed test left running."""
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate()


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demos]:
    """The three stories, started at once."""
    started = Demos(tmp_path_factory.mktemp("demos"), "inverted", "none", "bad-labels")
    yield started
    started.stop()


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


def test_drift_leads_to_a_better_model_without_a_person(demos: Demos) -> None:
    """Alert, one pipeline, challenger, gate, merge, deploy, recovery, and no failed request."""
    timeline, output, out = demos.result("inverted")
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


def test_without_a_shift_nothing_happens(demos: Demos) -> None:
    """No alert, no pipeline, one version, and the demo says so."""
    timeline, output, _ = demos.result("none")
    assert _events(timeline) == ["trained", "deployed"], output
    assert timeline["pipelines_triggered"] == 0 and timeline["webhooks_received"] == 0
    assert len(timeline["versions"]) == 1
    assert "no alert fired, no pipeline ran" in output


def test_scrambled_labels_are_blocked_and_the_champion_serves_on(demos: Demos) -> None:
    """The alert is real, the retrain runs, and the gate refuses its model with reasons."""
    timeline, output, _ = demos.result("bad-labels")
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
