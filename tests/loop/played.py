"""A demo that runs in a tree of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.workspace import ROOT
from tests.trees import Tree

# What happens, in order, where rows shift and the loop learns them.
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


class Demo:
    """A demo of a tree, started with arguments of its command line; out: its folder."""

    def __init__(self, tree: Tree, out: Path, *arguments: str) -> None:
        self.out = out
        self.tree = tree
        (tree.root / "node_modules").symlink_to(ROOT / "node_modules")
        self._before = self._status()
        command = [sys.executable, "-m", "demo.loop", *arguments, "--out", str(out)]
        tools = [str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin")]
        self.process = subprocess.Popen(
            command,
            cwd=tree.root,
            env=os.environ | {"PATH": os.pathsep.join([*tools, os.environ["PATH"]])},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _status(self) -> str:
        return self.tree.git("status", "--short", "--branch")

    def result(self) -> tuple[dict[str, Any], str]:
        """Wait for the end; return the timeline and what the demo said."""
        output = self.process.communicate()[0]
        assert self.process.returncode == 0, output
        assert self._status() == self._before, "the demo changed the tree that it was started from"
        timeline: dict[str, Any] = json.loads((self.out / "timeline.json").read_text())
        assert timeline["requests"]["failed"] == 0, output
        assert timeline["requests"]["sent"] > 1000, output
        return timeline, output

    def stop(self) -> None:
        """End what a failed test left running."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.communicate()


def events(timeline: dict[str, Any]) -> list[str]:
    """Return the names of what happened, in order."""
    return [event["event"] for event in timeline["events"]]
