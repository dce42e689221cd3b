"""The errors that several modules of monitoring share: a threshold's and those of the commands."""

from monitoring.safe_text import plain
from perennial.errors import InvalidField


class InvalidThreshold(InvalidField):
    """A threshold is out of its range or not a duration."""


class CommandFailed(Exception):
    """The base of what a command tells in one sentence, with the code it then ends with."""

    code = 1

    def __str__(self) -> str:
        # One line, of whatever names and answers it repeats.
        return plain(" ".join(super().__str__().split()))


class PrometheusFailed(CommandFailed):
    """Prometheus was not reached, or refused an expression."""

    def __init__(self, what: object, why: str) -> None:
        super().__init__(f"Prometheus did not answer {what}: {why}")


class NoMatplotlib(CommandFailed):
    """The extra of the commands that draw is not installed."""

    code = 2

    def __init__(self) -> None:
        super().__init__("matplotlib is not installed: pip install 'perennial[preview]'")


class InvalidLimits(CommandFailed):
    """A task's limits.yaml has a limit that no model may have."""

    def __init__(self, file: object, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
