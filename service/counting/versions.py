"""The model versions that serve or served recently, with their counters."""

import numpy as np

from perennial.bundle import Bundle
from perennial.kinds.output_kind import OutputKind
from perennial.signals.signal import INTERVAL_WIDTH
from service.counting.counters import Counters
from service.counting.feedback import LARGEST_LOSS, Feedback, largest_loss

Key = tuple[str, str]

# Versions whose counters stay exported, so that late feedback still counts.
KEPT = 3
# Versions whose feedback is counted: the loaded ones, and others such as of before a restart.
KEPT_FEEDBACK = 10


class Versions:
    """Counters by (model, version), the serving one last; the oldest are dropped."""

    def __init__(self) -> None:
        self.counters: dict[Key, Counters] = {}
        self.feedback: dict[Key, Feedback] = {}
        self.serving: Key | None = None

    def enter(self, bundle: Bundle) -> Counters:
        """Make a bundle the serving one; a version that returns continues its old counts."""
        key = (bundle.manifest.task, bundle.manifest.version)
        counters = self.counters.pop(key, None)
        if counters is None or counters.bundle.digest != bundle.digest:
            counters = Counters(bundle)
        kept = list(self.counters.items())[1 - KEPT :]
        self.counters = dict([*kept, (key, counters)])
        self._keep_feedback(key).know(bundle.manifest.output)
        self.serving = key
        return counters

    def output(self, model: str, version: str) -> OutputKind | None:
        """Return the output of a version, or of the serving one where it was dropped."""
        bundle = self._bundle(model, version)
        return None if bundle is None else bundle.manifest.output

    def count_feedback(
        self,
        model: str,
        version: str,
        *,
        label: str,
        predicted: str,
        confidence: float | None,
        delay: float,
        interval: tuple[float, float] | None = None,
    ) -> None:
        """Count one label for the version that predicted, `delay` seconds before."""
        bundle = self._bundle(model, version)
        self._keep_feedback((model, version)).add(
            None if bundle is None else bundle.manifest.output,
            label=label,
            predicted=predicted,
            confidence=confidence,
            delay=delay,
            interval=interval,
            expected=self._expected((model, version), interval),
            largest=LARGEST_LOSS if bundle is None else largest_loss(bundle.reference),
        )

    def _expected(self, key: Key, interval: tuple[float, float] | None) -> float | None:
        """Return the loss that an interval lets expect, which only the version's own curve says."""
        counters = self.counters.get(key)
        curve = None if counters is None else counters.bundle.reference.expected_loss
        if curve is None or interval is None or curve.signal != INTERVAL_WIDTH:
            return None
        low, high = interval
        return float(curve.curve(np.array([high - low]))[0])

    def _bundle(self, model: str, version: str) -> Bundle | None:
        counters = self.counters.get((model, version))
        if counters is None and self.serving is not None and self.serving[0] == model:
            counters = self.counters[self.serving]
        return None if counters is None else counters.bundle

    def _keep_feedback(self, key: Key) -> Feedback:
        """Return the feedback of a version and mark it as the most recently used.

        That of a loaded version is never dropped: its series would end, and begin again without
        their zeros.
        """
        feedback = self.feedback.get(key) or Feedback()
        others = {name: kept for name, kept in self.feedback.items() if name != key}
        while len(others) >= KEPT_FEEDBACK:
            del others[next(name for name in others if name not in self.counters)]
        self.feedback = {**others, key: feedback}
        return feedback
