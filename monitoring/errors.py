"""Every error of the drift specification and its thresholds: field, value and what was expected."""


class MonitoringError(ValueError):
    """The base: a value that must not enter the arithmetic or a rule."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field = field
        self.value = value
        self.expected = expected
        super().__init__(f"{field}: got {value!r}, expected {expected}")


class InvalidThreshold(MonitoringError):
    """A threshold is out of its range or not a duration."""


class BinMismatch(MonitoringError):
    """Live counts and reference shares do not have the same bins."""


class InvalidReference(MonitoringError):
    """A reference share is zero, negative or not a number, or a reference has no rows."""


class InvalidCounts(MonitoringError):
    """A count is negative or not a number."""
