"""What must not enter the arithmetic: the field, its value and what was expected."""

from perennial.errors import InvalidField


class InvalidArgument(InvalidField):
    """The base: an argument of a statistic that must not enter the arithmetic."""


class BinMismatch(InvalidArgument):
    """Counts and reference, or two kinds of counts, do not have the same bins."""


class ShapeMismatch(InvalidArgument):
    """A confusion matrix is not square, or two models' answers are not to the same rows."""


class InvalidReference(InvalidArgument):
    """A reference share is zero, negative or not a number, or a reference has no rows."""


class InvalidCounts(InvalidArgument):
    """A count is negative, too small or too large, or not a number."""


class InvalidLevel(InvalidArgument):
    """A level or limit, or the number of tests that share it, is out of range."""
