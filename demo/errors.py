"""What can go wrong in the demo, a sentence each."""

from pathlib import Path


class DemoError(Exception):
    """The base of them all."""


class ProcessDied(DemoError):
    """A program that the demo started has ended by itself."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        super().__init__(f"{name} ended with exit code {code}; the end of {log}:\n{tail}")


class CommandFailed(DemoError):
    """A command that the demo ran to its end has failed."""

    def __init__(self, command: str, code: int, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        super().__init__(f"'{command}' ended with exit code {code}; the end of {log}:\n{tail}")


class TooSlow(DemoError):
    """Something that the loop should have done has not happened in time."""

    def __init__(self, event: str, seconds: float) -> None:
        super().__init__(f"{event}: not seen after {seconds:.0f} s")


class LoopBroken(DemoError):
    """The loop did what it must not do."""


class FolderInUse(DemoError):
    """The demo's folder holds something else, or another demo runs in it."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(f"--out: {folder} {problem}")


class MissingProgram(DemoError):
    """A program that the demo needs is not on the PATH."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: not found on the PATH; run 'make demo', which installs it")
