"""Sends a run to one tracker: `python -m training.trackers.send artifacts/digits/tracking mlflow`.

Training starts one such process for each tracker. Started by hand, it sends what is missing.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from threading import Thread

from training.trackers import TRACKERS
from training.trackers.sink import Open, Sink
from training.trackers.spool import Event, Spool, figures_of
from training.trackers.state import State

EVERY = 0.5  # seconds between two looks at the spool
AGAIN = 5.0  # seconds after a failure
LEFT = 30.0  # seconds that this process may outlive the one that started it
LONGEST = 300  # characters of an error
LINES = 50  # said before the last, of up to 1.2 KB; a pipe holds 64 KiB

# What is being done with each kind of event.
DOING = {
    "begin": "sending the parameters",
    "figures": "sending figures",
    "file": "sending files",
    "end": "ending the run",
}

# Tells whoever started this process one fact: `doing`, `link`, `error`.
Say = Callable[[str, str], None]


class Sending:
    """A run on its way to a tracker."""

    def __init__(self, spool: Spool, tracker: str, start: Open, say: Say) -> None:
        self._spool, self._tracker, self._start, self._say = spool, tracker, start, say
        self._state = State.read(spool.folder, tracker)
        self._sink: Sink | None = None

    def advance(self) -> bool:
        """Send the new events; return whether the last of them was the end, sent too."""
        sink = self._sink or self._open()
        ended = False
        events = self._spool.read(self._state.offset)
        for kind, group in groupby(events, key=lambda pair: pair[0]["event"]):
            some = list(group)
            last = some[-1] is events[-1]
            self._say("doing", DOING[kind])
            if kind == "begin":
                sink.parameters(self._spool.run())
            _hand_over(sink, [event for event, _ in some], last=last)
            self._save(replace(self._state, offset=some[-1][1]))
            ended = last and kind == "end"
        return ended

    def abort(self) -> None:
        """End the run as one that failed: whoever trained is gone without a word."""
        if self._sink is not None:
            self._sink.end(failed=True)

    @property
    def complete(self) -> bool:
        """Whether the end is among what was not sent yet: nothing more will be written."""
        events = self._spool.read(self._state.offset)
        return bool(events) and events[-1][0]["event"] == "end"

    def _open(self) -> Sink:
        self._say("doing", "beginning the run")
        sink = self._start(self._spool.run(known=self._state.known))
        self._sink = sink
        self._say("link", sink.link)
        self._save(replace(self._state, known=sink.identifier, link=sink.link))
        return sink

    def _save(self, state: State) -> None:
        self._state = state
        state.write(self._spool.folder, self._tracker)


def _hand_over(sink: Sink, events: list[Event], *, last: bool) -> None:
    """Give some events of one kind to the tracker. An end that is not the last is none."""
    match events[0]["event"]:
        case "figures":
            sink.figures([figures_of(event) for event in events])
        case "file":
            for event in events:
                sink.file(Path(event["path"]))
        case "end" if last:
            sink.end(failed=events[-1]["failed"])


def send(
    sending: Sending,
    say: Say,
    *,
    training: Callable[[], bool],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Send a run until its end; return the exit code.

    A failure is tried again while the run goes on, since a tracker may come back; at its end it is
    what this process has to say. training: whether the process that trains is still there.
    """
    while True:
        there = training()  # before the events are read, or the last ones would be missed
        try:
            if sending.advance():
                return 0
            if not there:
                sending.abort()
                return 0
            pause = EVERY
        except Exception as error:  # whatever a tracker's library raises
            say("error", _one_line(error))
            if isinstance(error, ImportError) or not there or sending.complete:
                return 1
            pause = AGAIN
        _until(lambda: sending.complete or not training(), pause, sleep)


def _until(met: Callable[[], bool], seconds: float, sleep: Callable[[float], None]) -> None:
    """Sleep for some seconds, but not longer than until a condition is met."""
    for _ in range(round(seconds / EVERY)):
        sleep(EVERY)
        if met():
            return


def _one_line(error: Exception) -> str:
    """Return an error as one line that is not too long: what it is, and at its end the cause.

    >>> _one_line(OSError(28, "No space left on device"))
    'OSError: [Errno 28] No space left on device'
    """
    text = " ".join(f"{type(error).__name__}: {error}".split())
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"


def end_with(parent: int) -> None:
    """End this process a while after the one that started it, even inside a call that hangs."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        time.sleep(LEFT)
        os._exit(1)

    Thread(target=watch, name="parent", daemon=True).start()


class Channel:
    """A pipe to whoever started this process, who reads it at the end: it must never be full."""

    def __init__(self, pipe: int) -> None:
        self._pipe, self._left = pipe, LINES
        self._facts: dict[str, str] = {}

    def say(self, word: str, text: str) -> None:
        """Say a fact, unless it was the last of its kind, or too many were said before."""
        if self._facts.get(word) == text:
            return
        self._facts[word] = text
        self._left -= 1
        if self._left > 0:
            self._write({word: text})

    def close(self) -> None:
        """Say everything for the last time."""
        self._write(self._facts)

    def _write(self, facts: dict[str, str]) -> None:
        try:
            line = json.dumps(facts, ensure_ascii=False)  # or a letter may take six bytes
            os.write(self._pipe, line.encode(errors="replace") + b"\n")
        except OSError:  # nobody listens any more
            return


def main(arguments: Sequence[str] | None = None, *, trackers: dict[str, Open] = TRACKERS) -> int:
    """Send the run in a folder to a tracker."""
    parser = argparse.ArgumentParser(prog="python -m training.trackers.send", description=__doc__)
    parser.add_argument("folder", type=Path, help="of the run, such as artifacts/digits/tracking")
    parser.add_argument("tracker", choices=sorted(trackers))
    options = parser.parse_args(arguments)
    folder, name = options.folder, options.tracker
    spool, parent, channel = Spool(folder), os.getppid(), Channel(os.dup(1))
    os.dup2(2, 1)  # what libraries print goes to the log
    end_with(parent)
    trainer = spool.run().pid
    sending = Sending(spool, name, trackers[name], channel.say)
    try:
        code = send(
            sending, channel.say, training=lambda: parent == trainer and os.getppid() == parent
        )
    finally:
        channel.close()
    if parent != trainer:  # started by hand
        print(f"{name}: " + ("not everything was sent" if code else "everything was sent"))
    return code


if __name__ == "__main__":
    sys.exit(main())
