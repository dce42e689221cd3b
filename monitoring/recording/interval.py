"""The recording rules of answers with an interval: how often it holds, and the loss it leads to."""

from monitoring.recording.estimate import KNOWN
from monitoring.recording.labels_as_one import INTERVAL_REFERENCE_AS_ONE, INTERVALS_AS_ONE
from monitoring.recording.limits import rows_as_one, share_limit
from monitoring.recording.series import (
    EVERY,
    REFERENCE_EXPECTED_DEVIATION,
    REFERENCE_INTERVAL_COVERAGE,
    REFERENCE_LOSS,
    REFERENCE_LOSS_DEVIATION,
    REFERENCE_LOSS_SIZE,
    VERSION,
    Models,
    Rule,
    Window,
)
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics

SIDE = ", ".join(metrics.FEEDBACK_INTERVAL.labels)
INSIDE = f'{{{metrics.FEEDBACK_INTERVAL.labels[-1]}="inside"}}'


def interval_reference() -> list[Rule]:
    """Return what each version was accepted with, once for all replicas."""
    return [
        Rule(name, f"max by ({VERSION}) ({gauge.name})")
        for name, gauge in (
            (REFERENCE_INTERVAL_COVERAGE, metrics.REFERENCE_INTERVAL_COVERAGE),
            (REFERENCE_EXPECTED_DEVIATION, metrics.REFERENCE_EXPECTED_DEVIATION),
        )
    ]


def interval(window: str, thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return the share of labels in their interval, and the loss that intervals let expect."""
    return [*_coverage(window, thresholds, models), *_expected(window, thresholds, models)]


def _coverage(window: str, thresholds: Thresholds, models: Models) -> list[Rule]:
    names, counted = Window(window), models.within(metrics.FEEDBACK_INTERVAL.name)
    labels = f"sum by ({VERSION}) ({names.sides})"
    return [
        Rule(
            names.sides,
            f"sum by ({SIDE}) (increase({counted}[{window}]))",
        ),
        Rule(names.interval_labels, labels),
        Rule(
            names.interval_coverage,
            f"sum by ({VERSION}) ({names.sides}{INSIDE})\n/ ({names.interval_labels} > 0)",
        ),
        Rule(
            names.interval_limit,
            share_limit(
                models.within(REFERENCE_INTERVAL_COVERAGE),
                REFERENCE_LOSS_SIZE,
                names.interval_labels,
                thresholds,
                rows_as_one=INTERVALS_AS_ONE,
                reference_as_one=INTERVAL_REFERENCE_AS_ONE,
            ),
        ),
    ]


def _expected(window: str, thresholds: Thresholds, models: Models) -> list[Rule]:
    names, name = Window(window), metrics.EXPECTED_LOSS.name
    accepted = models.within(REFERENCE_LOSS)
    rows, total = (
        f"sum by ({VERSION}) (increase({models.within(f'{name}_{part}')}[{window}]))"
        for part in ("count", "sum")
    )
    as_one = rows_as_one(window, names.expected_rows, thresholds)
    either = f"sqrt({as_one} / ({names.expected_rows} > 0) + 1 / {REFERENCE_LOSS_SIZE})"
    return [
        Rule(names.expected_rows, rows),
        Rule(names.expected_loss, f"{total}\n/ ({names.expected_rows} > 0)\n{KNOWN}"),
        Rule(
            names.expected_limit,
            f"{accepted} + {thresholds.accuracy_z:g} * {REFERENCE_LOSS_DEVIATION}\n* {either}",
        ),
        Rule(names.expected_error, f"{REFERENCE_EXPECTED_DEVIATION}\n* {either}"),
    ]
