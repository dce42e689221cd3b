"""Says how far replays are: on one line of a terminal, and by a line for each in a log."""

from typing import TextIO


class Progress:
    """Titles of replays, one after another, and at a terminal how much of each is done."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._replaces = out.isatty()
        self._title = ""

    def begin(self, title: str) -> None:
        """Say that a replay begins."""
        self._title = title
        if self._replaces:
            self.say(0.0)
        else:
            print(title, file=self._out, flush=True)

    def say(self, share: float) -> None:
        """Say how much of the replay is done."""
        if self._replaces:
            print(f"\r{self._title}: {share:.0%}    ", end="", file=self._out, flush=True)

    def end(self) -> None:
        """Leave the line, for what is printed next."""
        if self._replaces:
            print(file=self._out)
