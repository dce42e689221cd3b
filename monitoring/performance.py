"""The recording rules of accuracy and its control limits, realised and estimated."""

from monitoring.series import (
    REFERENCE_ACCURACY,
    REFERENCE_ACCURACY_SIZE,
    VERSION,
    Rule,
    Window,
)
from monitoring.thresholds import Thresholds
from service import metrics


def accuracy_reference() -> list[Rule]:
    """Return the accuracy that each version was accepted with, once for all replicas."""
    return [
        Rule(REFERENCE_ACCURACY, f"max by ({VERSION}) ({metrics.REFERENCE_ACCURACY.name})"),
        Rule(
            REFERENCE_ACCURACY_SIZE, f"max by ({VERSION}) ({metrics.REFERENCE_ACCURACY_SIZE.name})"
        ),
    ]


def accuracy(window: str, thresholds: Thresholds) -> list[Rule]:
    """Return realised and estimated accuracy with their control limits over one window."""
    names = Window(window)
    confusion_labels = ", ".join(metrics.FEEDBACK.labels)
    feedback = f"increase({metrics.FEEDBACK.name}[{window}])"
    confidence = metrics.CONFIDENCE.name
    rows = f"sum by ({VERSION}) (increase({confidence}_count[{window}]))"
    total = f"sum by ({VERSION}) (increase({confidence}_sum[{window}]))"
    return [
        Rule(names.confusion, f"sum by ({confusion_labels}) ({feedback})"),
        Rule(names.labels, f"sum by ({VERSION}) ({names.confusion})"),
        Rule(names.accuracy, f"(\n{_correct(names)}\n) / ({names.labels} > 0)"),
        Rule(names.accuracy_limit, _limit(names.labels, thresholds)),
        Rule(names.predictions, rows),
        Rule(names.estimated, f"{total}\n/ ({names.predictions} > 0)"),
        Rule(names.estimated_limit, _limit(names.predictions, thresholds)),
    ]


def _correct(names: Window) -> str:
    # PromQL cannot compare two labels, so the diagonal is named first and then picked out.
    label, predicted = metrics.FEEDBACK.labels[-2:]
    return (
        f"  sum by ({VERSION}) (\n"
        f"    {names.confusion}\n"
        "    and label_replace(\n"
        f"      sum by ({VERSION}, {label}) ({names.confusion}),\n"
        f'      "{predicted}", "$1", "{label}", "(.*)"\n'
        "    )\n"
        "  )\n"
        f"  or 0 * {names.labels}"
    )


def _limit(rows: str, thresholds: Thresholds) -> str:
    reference = REFERENCE_ACCURACY
    return (
        f"{reference} - {thresholds.accuracy_z:g} * sqrt(\n"
        f"  {reference} * (1 - {reference})\n"
        f"  * (1 / ({rows} > 0) + 1 / {REFERENCE_ACCURACY_SIZE})\n"
        ")"
    )
