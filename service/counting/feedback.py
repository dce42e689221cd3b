"""The feedback of one model version: labels, their delay, and how right the answers were."""

import math
from bisect import bisect_left
from collections.abc import Sequence

from perennial.errors import InvalidInput
from perennial.kinds.output_kind import OutputKind
from perennial.metric_names.service import FEEDBACK_DELAY_BOUNDS
from perennial.signals import Reference
from perennial.signals.bins import OTHER
from perennial.statistics.calibration import BOUNDS
from service.counting.histogram import Histogram

# The names of the confidence bins sort in the order of the bins.
BINS = tuple(f"{bound:.1f}" for bound in BOUNDS)
# Labels of which every pair is counted. Of more, wrong predictions count as `other`: two series per
# label in place of the square.
PAIRED_LABELS = 50


# Where a label lies: the values of the label `side` of `model_feedback_interval_total`.
SIDES = ("below", "inside", "above")
# A loss counts as at most this many times the reference's mean and deviation together, of which
# alerts need a few: after one of 1e38, a sum of floats would not grow by any other.
LARGEST_LOSS = 1000.0


class Losses:
    """How many labels have a loss, the sum of the losses, and that of their squares.

    >>> losses = Losses()
    >>> for loss in (2.0, 1.0, math.nan, 3e38):
    ...     losses.add(loss, largest=10.0)
    >>> losses.count, losses.total, losses.squares
    (3, 13.0, 105.0)
    """

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.squares = 0.0

    def add(self, loss: float, *, largest: float) -> None:
        """Count one, as `largest` at most; not that of a broken model, which is no number."""
        if not math.isnan(loss):
            counted = min(loss, largest)
            self.count += 1
            self.total += counted
            self.squares += counted * counted


class ExpectedLosses:
    """How many labels had a loss to expect, their sum, and the squares of how far it was off.

    >>> expected = ExpectedLosses()
    >>> expected.add(3.0, 1.0, largest=10.0)
    >>> expected.count, expected.total, expected.squares
    (1, 3.0, 4.0)
    """

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.squares = 0.0

    def add(self, expected: float, loss: float, *, largest: float) -> None:
        """Count a label whose answer cost so much; either counts as `largest` at most."""
        if not math.isnan(expected + loss):
            counted = min(expected, largest)
            self.count += 1
            self.total += counted
            self.squares += (min(loss, largest) - counted) ** 2


def largest_loss(reference: Reference) -> float:
    """Return what a loss counts as at most; a reference without any loss gives no scale but 1."""
    usual = (reference.loss or 0.0) + (reference.loss_deviation or 0.0)
    return LARGEST_LOSS * (usual or 1.0)


class Feedback:
    """The labels counted for one version; written by the event loop, read by any thread.

    labels: how many.  delays: from the prediction to its label, in seconds.
    Where the output has a fixed set of labels:
    confusion: labels by (label, predicted); with more than PAIRED_LABELS, what was predicted
    wrongly is `other`.
    counts, right, confidence: per bin of the prediction's confidence, the number of labels, how
    many of them match the prediction, and the sum of the confidence.
    losses: of any other output; None before such an output is known.
    expected: what was to be expected of these losses; None where nothing ever was.
    sides: labels below, inside and above their interval; empty where answers have none.
    """

    def __init__(self) -> None:
        self.labels = 0
        self.delays = Histogram(FEEDBACK_DELAY_BOUNDS)
        self.confusion: dict[tuple[str, str], int] = {}
        self.counts = [0] * len(BINS)
        self.right = [0] * len(BINS)
        self.confidence = [0.0] * len(BINS)
        self.losses: Losses | None = None
        self.expected: ExpectedLosses | None = None
        self.sides: dict[str, int] = {}

    def know(self, output: OutputKind) -> None:
        """Create what is counted for an output, so that its first increase starts at 0."""
        known = output.labels
        if not known and self.losses is None:
            self.losses = Losses()
        if output.coverage is not None:
            self.expected = self.expected or ExpectedLosses()
            self.sides = {**dict.fromkeys(SIDES, 0), **self.sides}
        zeros = {pair: 0 for label in known for pair in _pairs(label, known)}
        self.confusion = {**zeros, **self.confusion}

    def add(
        self,
        output: OutputKind | None,
        *,
        label: str,
        predicted: str,
        confidence: float | None,
        delay: float,
        interval: tuple[float, float] | None = None,
        expected: float | None = None,
        largest: float = LARGEST_LOSS,
    ) -> None:
        """Count one label, `delay` seconds after its prediction of this confidence.

        output: of the version. Without it, or where the prediction or the label is none of its own,
        as of a forgotten version of another kind, nobody knows what right is: then only the label
        is counted, so that no client can make new series.
        largest: what a loss counts as at most.
        interval: of the prediction.  expected: the loss that it let expect.

        >>> from perennial.kinds.outputs.classes import ClassesOutput
        >>> feedback, digits = Feedback(), ClassesOutput(labels=("1", "7"))
        >>> feedback.add(digits, label="1", predicted="7", confidence=0.85, delay=60.0)
        >>> dict(zip(BINS, feedback.counts))["0.9"]
        1
        """
        self.labels += 1
        self.delays.observe(delay)
        if output is None or not all(_is_label(output, text) for text in (predicted, label)):
            return
        if output.labels:
            self._add_pair(output, label, predicted, confidence)
        else:
            loss = output.loss(predicted, label)
            self.losses = self.losses or Losses()
            self.losses.add(loss, largest=largest)
            if expected is not None:
                self.expected = self.expected or ExpectedLosses()
                self.expected.add(expected, loss, largest=largest)
        if output.coverage is not None and interval is not None:
            self._add_side(float(output.truths([label])[0]), *interval)

    def _add_side(self, truth: float, low: float, high: float) -> None:
        side = SIDES[(truth >= low) + (truth > high)]
        self.sides[side] = self.sides.get(side, 0) + 1

    def _add_pair(
        self, output: OutputKind, label: str, predicted: str, confidence: float | None
    ) -> None:
        paired = label == predicted or len(output.labels) <= PAIRED_LABELS
        pair = (label, predicted if paired else OTHER)
        self.confusion[pair] = self.confusion.get(pair, 0) + 1
        if confidence is None:
            return
        # Rounding may put a probability slightly over 1; it belongs to the last bin.
        place = bisect_left(BOUNDS[:-1], confidence)
        self.counts[place] += 1
        self.right[place] += label == predicted
        self.confidence[place] += confidence


def _pairs(label: str, labels: Sequence[str]) -> list[tuple[str, str]]:
    if len(labels) > PAIRED_LABELS:
        return [(label, label), (label, OTHER)]
    return [(label, predicted) for predicted in labels]


def _is_label(output: OutputKind, text: str) -> bool:
    try:
        output.read_label(text)
    except InvalidInput:
        return False
    return True
