"""Rows change, and their labels come minutes later: the loop waits, and nobody is paged."""

from demo.errors import LoopBroken
from demo.retrain import Retrain
from demo.shift import Shift
from demo.stage import Stage
from demo.stories.shifted import Shifted
from demo.watch import Observation

# Seconds from a shifted row to its label: about two minutes more than until the alert.
LATE = 150.0
# What asks for a retrain is no page; nor is what says that labels come late.
PAGES = ("RetrainFailing", "RetrainWaiting", "ErrorsHigh", "ServiceDown", "RelayDown")


class LateLabels(Shifted):
    """The task's first shift, with labels that are late."""

    label_delay = LATE

    def __init__(self, name: str, shift: Shift, *, lookback: float) -> None:
        super().__init__(name, shift, lookback=lookback)
        self.about = f"{shift.about}; labels come {LATE:.0f} s later"

    def wait_for_pipeline(self, stage: Stage, retrain: Retrain) -> None:
        """Wait until the relay waits for labels, and then until there are enough."""
        stage.wait(
            "an incident that waits",
            lambda seen: _missing(stage) > 0,
            seconds=60,
            phase="the relay handles the alert",
        )
        retrain.event("waiting", f"the relay waits for {_missing(stage):.0f} labels")

        def started(seen: Observation) -> bool:
            if paged := [name for name in seen.firing if name in PAGES]:
                raise LoopBroken(f"{', '.join(paged)}: fires, expected that nobody is paged")
            return bool(seen.triggered())

        stage.wait(
            "labels", started, seconds=LATE + 90, phase="labels come minutes after their rows"
        )
        retrain.pipeline()


def _missing(stage: Stage) -> float:
    return stage.watch.query("max(relay_missing_labels)") or 0.0
