"""What must not enter the arithmetic: the field, its value and what was expected."""


class InvalidStatistic(ValueError):
    """The base: a value that must not enter the arithmetic."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field = field
        self.value = value
        self.expected = expected
        super().__init__(f"{field}: got {value!r}, expected {expected}")


class BinMismatch(InvalidStatistic):
    """Live counts and reference shares do not have the same bins."""


class InvalidReference(InvalidStatistic):
    """A reference share is zero, negative or not a number, or a reference has no rows."""


class InvalidCounts(InvalidStatistic):
    """A count is negative or not a number."""


class InvalidLevel(InvalidStatistic):
    """A level of significance, or the number of tests that share it, is out of range."""
