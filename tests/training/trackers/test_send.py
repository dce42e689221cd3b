"""The process that sends a run tries again, gives up at the end, and goes on where it was."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from training.trackers.send import LINES, Channel, Sending, send
from training.trackers.sink import Figures, Run
from training.trackers.spool import Spool
from training.trackers.state import State


class Kept:
    """A tracker that keeps what it gets, and fails as often as it is told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.identifier, self.link, self.failures = "17", "http://tracker/17", failures
        self.runs: list[Run] = []
        self.got: list[object] = []
        self.refused = 0  # how often parameters were

    def open(self, run: Run) -> "Kept":
        """Begin a run."""
        self.runs.append(run)
        return self

    def parameters(self, run: Run) -> None:
        """Take them, in the end."""
        if self.refused:
            self.refused -= 1
            raise ConnectionError("try again")

    def figures(self, batch: Sequence[Figures]) -> None:
        """Keep the steps."""
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the server is gone")
        self.got += [one.step for one in batch]

    def file(self, path: Path) -> None:
        """Keep the name."""
        self.got.append(path.name)

    def end(self, *, failed: bool) -> None:
        """Keep how it ended."""
        self.got.append(failed)


class Process:
    """A process that sends a run, in a time of its own: what training does at each second."""

    def __init__(self, folder: Path, tracker: Kept, *later: str) -> None:
        self.spool, self.later, self.slept = Spool(folder), list(later), 0.0
        self.said: dict[str, str] = {}
        self.trains = True
        if not self.spool.path.exists():
            run = {"project": "digits", "name": "a", "parameters": {}, "links": {}, "pid": 1}
            self.spool.append({"event": "begin", "run": run})
        self.sending = Sending(self.spool, "kept", tracker.open, self.say)

    def say(self, word: str, text: str) -> None:
        """Keep what was said last."""
        self.said[word] = text

    def sleep(self, seconds: float) -> None:
        """Let the next thing happen."""
        self.slept += seconds
        match self.later.pop(0) if self.later else "":
            case "end":
                self.spool.append({"event": "end", "failed": False})
            case "killed":
                self.trains = False
            case "step":
                self.step()

    def step(self) -> None:
        """Append figures."""
        number = len(self.spool.read(0))
        self.spool.append({"event": "figures", "step": number, "time": 1.0, "values": {"a": 0.5}})

    def run(self) -> int:
        """Send until the end."""
        return send(self.sending, self.say, training=lambda: self.trains, sleep=self.sleep)


def test_the_steps_of_a_while_are_sent_together_and_once(tmp_path: Path) -> None:
    """The tracker hears of the run before the first step, and of the end after the last."""
    tracker = Kept()
    process = Process(tmp_path, tracker, "step", "step", "end")
    process.step()
    assert process.run() == 0 and tracker.got == [1, 2, 3, False]
    assert process.said["link"] == "http://tracker/17"


def test_a_tracker_that_comes_back_gets_everything(tmp_path: Path) -> None:
    """What failed is tried again after a pause, as long as training goes on."""
    tracker = Kept(failures=2)
    process = Process(tmp_path, tracker, *[""] * 25, "end")
    process.step()
    assert process.run() == 0 and tracker.got == [1, False] and process.slept > 10
    assert len(tracker.runs) == 1


def test_a_tracker_that_refuses_the_parameters_gets_no_second_run(tmp_path: Path) -> None:
    """The run that it began is kept, and its parameters are sent again."""
    tracker = Kept()
    tracker.refused = 2
    process = Process(tmp_path, tracker, *[""] * 25, "end")
    process.step()
    assert process.run() == 0 and tracker.got == [1, False] and len(tracker.runs) == 1


def test_a_tracker_that_is_away_at_the_end_is_given_up(tmp_path: Path) -> None:
    """After one try more, so that nobody waits for it; the reason is said."""
    tracker = Kept(failures=9)
    process = Process(tmp_path, tracker, "end")
    process.step()
    assert process.run() == 1 and tracker.got == [] and tracker.failures == 7
    assert process.said["error"] == "ConnectionError: the server is gone"


def test_a_later_process_sends_what_is_missing(tmp_path: Path) -> None:
    """To the same run of the tracker, from the event on that had not arrived."""
    tracker = Kept()
    process = Process(tmp_path, tracker, "end")
    process.step()
    process.run()
    file: Path = tmp_path / "model.onnx"
    process.spool.append({"event": "file", "path": str(file)}, {"event": "end", "failed": False})
    later = Process(tmp_path, tracker)
    assert later.run() == 0 and tracker.got == [1, False, "model.onnx", False]
    assert [run.known for run in tracker.runs] == ["", "17"]
    assert State.read(tmp_path, "kept").offset == process.spool.path.stat().st_size


def test_a_run_whose_training_was_killed_has_failed(tmp_path: Path) -> None:
    """The tracker gets what was there, and is told so."""
    tracker = Kept()
    process = Process(tmp_path, tracker, "step", "killed")
    assert process.run() == 0 and tracker.got == [1, True]


def test_half_a_line_is_not_read(tmp_path: Path) -> None:
    """Whoever reads while another writes sees whole events only."""
    spool = Spool(tmp_path)
    spool.append({"event": "end", "failed": False})
    with spool.path.open("ab") as file:
        file.write(b'{"event": "fi')
    [(event, offset)] = spool.read(0)
    assert event["event"] == "end" and spool.read(offset) == []


@pytest.mark.parametrize("filler", ["0", "错"])
def test_what_is_said_never_fills_the_pipe(filler: str) -> None:
    """Nobody reads it before the end: a tracker that fails for days still leaves its last error."""
    there, pipe = os.pipe()
    channel = Channel(pipe)
    for number in range(100 * LINES):
        channel.say("error", f"{number:{filler}>300}")
    channel.close()
    os.close(pipe)
    with open(there, "rb") as file:
        lines = file.read().splitlines()
    assert len(lines) == LINES and json.loads(lines[-1]) == {
        "error": f"{100 * LINES - 1:{filler}>300}"
    }
