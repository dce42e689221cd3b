"""Errors for invalid arguments of statistics: the field, its value and what was expected."""

from perennial.errors import InvalidField


class InvalidArgument(InvalidField):
    """The base class: an argument of a statistic is invalid."""


class BinMismatch(InvalidArgument):
    """Counts and reference, or two kinds of counts, do not have the same bins."""


class ShapeMismatch(InvalidArgument):
    """A confusion matrix is not square, or two models' predictions are not for the same rows."""


class InvalidReference(InvalidArgument):
    """A reference share is zero, negative or not a number, or a reference has no rows."""


class InvalidCounts(InvalidArgument):
    """A count is negative, too small or too large, or not a number."""


class InvalidLevel(InvalidArgument):
    """A level or limit, or the number of tests that share it, is out of range."""
