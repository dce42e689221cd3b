"""For kinds of output whose losses say how far off an answer is: log loss would add nothing."""

from perennial.kinds.output_kind import Truths
from perennial.statistics.counts import Floats


class FineLosses:
    """What such a kind says of log loss: nothing."""

    def surprises(self, values: Floats, truths: Truths) -> None:
        """Return None: losses are as fine."""

    def shares(self, truths: Truths) -> None:
        """Return None: there are no surprises."""
