"""Turn termination signals into KeyboardInterrupt, so that a program also ends its children."""

import signal
from types import FrameType

# Including SIGINT: a shell makes background processes ignore it.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def end_on_signals() -> None:
    """Raise KeyboardInterrupt on each of the signals from now on."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)
