"""The feedback of one model version: its confusion matrix, label delay, and confidence bins."""

from bisect import bisect_left
from collections.abc import Iterable

from perennial.statistics.calibration import BOUNDS

# The names of the confidence bins sort in the order of the bins.
BINS = tuple(f"{bound:.1f}" for bound in BOUNDS)


class Feedback:
    """The labels counted for one version; written by the event loop, read by any thread.

    confusion: labels by (label, predicted).  delay: the sum of their delays in seconds.
    counts, right, confidence: per bin of the prediction's confidence, the number of labels, how
    many of them match the prediction, and the sum of the confidence.
    """

    def __init__(self) -> None:
        self.confusion: dict[tuple[str, str], int] = {}
        self.delay = 0.0
        self.counts = [0] * len(BINS)
        self.right = [0] * len(BINS)
        self.confidence = [0.0] * len(BINS)

    def know(self, labels: Iterable[str]) -> None:
        """Create a cell for each pair of labels, so that its first increase starts at 0."""
        known = list(labels)
        zeros = {(label, predicted): 0 for label in known for predicted in known}
        self.confusion = {**zeros, **self.confusion}

    def add(self, *, label: str, predicted: str, confidence: float, delay: float) -> None:
        """Count one label, `delay` seconds after its prediction of this confidence.

        >>> feedback = Feedback()
        >>> feedback.add(label="1", predicted="7", confidence=0.85, delay=60.0)
        >>> dict(zip(BINS, feedback.counts))["0.9"]
        1
        """
        self.confusion[label, predicted] = self.confusion.get((label, predicted), 0) + 1
        self.delay += delay
        # Rounding may put a probability slightly over 1; it belongs to the last bin.
        place = bisect_left(BOUNDS[:-1], confidence)
        self.counts[place] += 1
        self.right[place] += label == predicted
        self.confidence[place] += confidence
