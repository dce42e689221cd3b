"""What must not enter the arithmetic: the field, its value and what was expected."""

from perennial.errors import InvalidField


class InvalidStatistic(InvalidField):
    """The base: a value that must not enter the arithmetic."""


class BinMismatch(InvalidStatistic):
    """Live counts and reference shares do not have the same bins."""


class InvalidReference(InvalidStatistic):
    """A reference share is zero, negative or not a number, or a reference has no rows."""


class InvalidCounts(InvalidStatistic):
    """A count is negative or not a number."""


class InvalidLevel(InvalidStatistic):
    """A level of significance, or the number of tests that share it, is out of range."""
