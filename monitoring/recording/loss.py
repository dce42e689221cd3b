"""The recording rules of the loss, for models whose labels are not a fixed set."""

from monitoring.recording.labels_as_one import LABELS_AS_ONE, REFERENCE_AS_ONE
from monitoring.recording.series import (
    REFERENCE_LOSS,
    REFERENCE_LOSS_DEVIATION,
    REFERENCE_LOSS_SIZE,
    EVERY,
    VERSION,
    Models,
    Rule,
    Window,
)
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

COUNT, SUM = f"{metrics.FEEDBACK_LOSS.name}_count", f"{metrics.FEEDBACK_LOSS.name}_sum"
SQUARES = metrics.FEEDBACK_LOSS_SQUARES.name


def loss_reference() -> list[Rule]:
    """Return the loss that each version was accepted with, once for all replicas."""
    return [
        Rule(name, f"max by ({VERSION}) ({gauge.name})")
        for name, gauge in (
            (REFERENCE_LOSS, metrics.REFERENCE_LOSS),
            (REFERENCE_LOSS_DEVIATION, metrics.REFERENCE_LOSS_DEVIATION),
            (REFERENCE_LOSS_SIZE, metrics.REFERENCE_LOSS_SIZE),
        )
    ]


def losses(window: str, models: Models = EVERY) -> str:
    """Return the number of labels that have a loss."""
    return f"sum by ({VERSION}) (increase({models.within(COUNT)}[{window}]))"


def loss(window: str, thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return the mean loss over one window, its standard deviation and its control limit."""
    names = Window(window)
    total, squares = (
        f"sum by ({VERSION}) (increase({models.within(name)}[{window}]))" for name in (SUM, SQUARES)
    )
    seen = f"({names.labels} > 0)"
    return [
        Rule(names.loss, f"{total}\n/ {seen}"),
        # Extrapolated counters may put the variance slightly under 0.
        Rule(
            names.loss_deviation,
            f"sqrt(clamp_min(\n  {squares}\n  / {seen}\n  - {names.loss} ^ 2, 0\n))",
        ),
        Rule(
            names.loss_limit,
            f"{models.within(REFERENCE_LOSS)} + {thresholds.accuracy_z:g} * (\n"
            f"  ({names.loss_deviation} > {REFERENCE_LOSS_DEVIATION})\n"
            f"  or {REFERENCE_LOSS_DEVIATION}\n"
            f") * sqrt({LABELS_AS_ONE} / {seen} + {REFERENCE_AS_ONE} / {REFERENCE_LOSS_SIZE})",
        ),
    ]
