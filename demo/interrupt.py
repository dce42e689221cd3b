"""Signals that end a program become KeyboardInterrupt, so that what it started ends with it."""

import signal
from types import FrameType

# SIGINT too: a shell ignores it for what it starts in the background.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def end_on_signals() -> None:
    """Raise KeyboardInterrupt on each of the signals from now on."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)
