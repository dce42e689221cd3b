"""The service with its counters off: `python -m benchmarks.cost.uncounted`, for comparison only."""

import sys

from perennial.bundle import Bundle
from perennial.bundle.predictor import Floats32
from perennial.signals import Rows
from service.__main__ import main
from service.counting.counters import Counters
from service.counting.versions import Versions


class Uncounted(Counters):
    """Counters that count nothing."""

    def add(self, rows: Rows, probabilities: Floats32, *, seconds: float) -> None:
        """Forget the batch."""


class UncountedVersions(Versions):
    """Gives every bundle counters that count nothing; what is exported stays at 0."""

    def enter(self, bundle: Bundle) -> Counters:
        """Make a bundle the serving one."""
        super().enter(bundle)
        return Uncounted(bundle)


if __name__ == "__main__":
    sys.exit(main(versions=UncountedVersions()))
