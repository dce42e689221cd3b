"""The backtest's errors, one sentence each."""

from perennial.errors import InvalidValue
from training.errors import TrainingError


class BadHistory(InvalidValue, TrainingError):
    """The history, or an option on how it is replayed, cannot be used."""
