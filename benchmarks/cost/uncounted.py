"""The service without counters, for comparison: `python -m benchmarks.cost.uncounted`."""

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
        """Ignore the batch."""


class UncountedVersions(Versions):
    """Gives every bundle counters that count nothing, so that exported values stay at 0."""

    def enter(self, bundle: Bundle) -> Counters:
        """Make a bundle the serving one."""
        super().enter(bundle)
        return Uncounted(bundle)


if __name__ == "__main__":
    sys.exit(main(versions=UncountedVersions()))
