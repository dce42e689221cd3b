"""Rows change, and their labels come minutes later: the loop waits, and nobody is paged."""

from collections.abc import Collection

from demo.errors import LoopBroken
from demo.retrain import Retrain
from demo.shift import Shift
from demo.stage import Stage
from demo.stories.shifted import Shifted
from demo.watch import Observation
from monitoring.alerts import PAGE, every
from monitoring.thresholds import Thresholds
from perennial.plural import plural

# Seconds from a shifted row to its label: about two minutes more than until the alert.
LATE = 150.0
# Every alert that a person gets, not the relay.
PAGES = frozenset(one.name for one in every(Thresholds()) if one.labels["action"] == PAGE["action"])
# It says that the machine is too slow for the demo, whatever the labels do.
BUSY = "LatencyHigh"


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
        retrain.event("waiting", f"the relay waits for {plural(round(_missing(stage)), 'label')}")

        def started(seen: Observation) -> bool:
            check_pages(seen.firing)
            return bool(seen.triggered())

        stage.wait(
            "labels", started, seconds=LATE + 90, phase="labels come minutes after their rows"
        )
        retrain.pipeline()

    def check(self, stage: Stage) -> None:
        """Raise LoopBroken where the retrain won nothing back, or a person was paged."""
        super().check(stage)
        check_pages(stage.fired)


def check_pages(firing: Collection[str]) -> None:
    """Raise LoopBroken where one of these alerts pages a person.

    >>> check_pages(["DataDrift"])
    """
    if paged := sorted(PAGES & set(firing)):
        hint = "; is the machine busy? Close other programs and try again" if BUSY in paged else ""
        raise LoopBroken(f"{', '.join(paged)}: fired, expected that nobody is paged{hint}")


def _missing(stage: Stage) -> float:
    return stage.watch.query("max(relay_missing_labels)") or 0.0
