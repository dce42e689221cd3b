"""The recording rules of accuracy, macro F1 and their rows, and of the labels that they need."""

from monitoring.recording.estimate import KNOWN
from monitoring.recording.labels_as_one import LABELS_AS_ONE, REFERENCE_AS_ONE
from monitoring.recording.limits import rows_as_one, share_limit
from monitoring.recording.loss import losses
from monitoring.recording.series import (
    EVERY,
    MODEL,
    REFERENCE_ACCURACY,
    REFERENCE_ACCURACY_SIZE,
    REFERENCE_CONFIDENCE,
    VERSION,
    Models,
    Rule,
    Window,
)
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import service as metrics
from perennial.signals import OTHER

LABEL = ", ".join(metrics.FEEDBACK.labels[:-1])
CONFIDENCE_BIN = ", ".join(metrics.FEEDBACK_RIGHT.labels)


def accuracy_reference() -> list[Rule]:
    """Return the accuracy that each version was accepted with, once for all replicas."""
    return [
        Rule(REFERENCE_ACCURACY, f"max by ({VERSION}) ({metrics.REFERENCE_ACCURACY.name})"),
        Rule(REFERENCE_CONFIDENCE, f"max by ({VERSION}) ({metrics.REFERENCE_CONFIDENCE.name})"),
        Rule(
            REFERENCE_ACCURACY_SIZE, f"max by ({VERSION}) ({metrics.REFERENCE_ACCURACY_SIZE.name})"
        ),
    ]


def accuracy(window: str, thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return all that is recorded of accuracy and labels over one window."""
    watched = usual_labels(thresholds, models) if window == thresholds.label_window else []
    return [
        *_realised(window, thresholds, models),
        *_estimated(window, thresholds, models),
        *_labels(window, thresholds, models),
        *_calibration(window, models),
        *watched,
    ]


def _realised(window: str, thresholds: Thresholds, models: Models) -> list[Rule]:
    names = Window(window)
    confusion_labels = ", ".join(metrics.FEEDBACK.labels)
    feedback = f"increase({models.within(metrics.FEEDBACK.name)}[{window}])"
    return [
        Rule(names.confusion, f"sum by ({confusion_labels}) ({feedback})"),
        Rule(names.labels, f"sum by ({VERSION}) ({names.confusion})\nor {losses(window, models)}"),
        Rule(
            names.accuracy,
            f"(\n  {_right(names, VERSION)}\n"
            # `labels` also counts those of models that have a loss in place of an accuracy.
            f"  or 0 * ({names.labels} unless {losses(window, models)})\n) / ({names.labels} > 0)",
        ),
        Rule(
            names.accuracy_limit,
            _limit(names.labels, thresholds, models, LABELS_AS_ONE, REFERENCE_AS_ONE),
        ),
        Rule(names.involved, _involved(names)),
        Rule(
            names.f1,
            f"(\n  2 * {_right(names, LABEL)}\n  or 0 * {names.involved}\n"
            f") / ({names.involved} > 0)",
        ),
        Rule(names.macro_f1, f"avg by ({VERSION}) ({names.f1})"),
    ]


def _estimated(window: str, thresholds: Thresholds, models: Models) -> list[Rule]:
    names, confidence = Window(window), metrics.CONFIDENCE.name
    counted, without, total = (
        f"sum by ({VERSION}) (increase({models.within(name)}[{window}]))"
        for name in (f"{confidence}_count", metrics.WITHOUT_LABEL, f"{confidence}_sum")
    )
    rows = f"{counted}\nor {without}"
    return [
        Rule(names.predictions, rows),
        Rule(
            names.estimated,
            f"clamp(\n  {REFERENCE_ACCURACY} - {REFERENCE_CONFIDENCE}\n"
            f"  + {total}\n  / ({names.predictions} > 0),\n  0, 1\n)\n{KNOWN}",
        ),
        Rule(
            names.estimated_limit,
            _limit(
                names.predictions,
                thresholds,
                models,
                rows_as_one(window, names.predictions, thresholds),
            ),
        ),
    ]


def _labels(window: str, thresholds: Thresholds, models: Models) -> list[Rule]:
    names, delay = Window(window), metrics.FEEDBACK_DELAY.name
    total, labels = (
        f"sum by ({VERSION}) (increase({models.within(name)}[{window}]))"
        for name in (f"{delay}_sum", f"{delay}_count")
    )
    return [
        Rule(names.coverage, f"{names.labels}\n/ ({_asked(names, thresholds, models)} > 0)"),
        Rule(names.delay, f"{total}\n/ ({labels} > 0)"),
    ]


def _calibration(window: str, models: Models) -> list[Rule]:
    names, confidence = Window(window), metrics.FEEDBACK_CONFIDENCE.name
    labels, total, right = (
        f"sum by ({CONFIDENCE_BIN}) (increase({models.within(name)}[{window}]))"
        for name in (f"{confidence}_count", f"{confidence}_sum", metrics.FEEDBACK_RIGHT.name)
    )
    all_labels = f"(sum by ({VERSION}) ({names.bin_labels}) > 0)"
    gap = f"abs({names.bin_accuracy} - {names.bin_confidence})"
    # Extrapolated counters may put a mean a little over 1.
    spread = f"clamp_min({names.bin_confidence} * (1 - {names.bin_confidence}), 0)"
    by_chance = f"sqrt(2 / pi() * {names.bin_labels} * {spread})"
    return [
        Rule(names.bin_labels, labels),
        Rule(names.bin_accuracy, f"{right}\n/ ({names.bin_labels} > 0)"),
        Rule(names.bin_confidence, f"{total}\n/ ({names.bin_labels} > 0)"),
        Rule(
            names.calibration_error,
            f"sum by ({VERSION}) (\n  {names.bin_labels} * {gap}\n)\n/ {all_labels}",
        ),
        Rule(names.calibration_chance, f"sum by ({VERSION}) (\n  {by_chance}\n)\n/ {all_labels}"),
    ]


def usual_labels(thresholds: Thresholds, models: Models = EVERY) -> list[Rule]:
    """Return what LabelsMissing compares: the labels that came, and those that usually would.

    Summed over versions, since labels of the last version come while the next one serves. The
    usual coverage is not shifted by the delay: of a model that is new or whose traffic grows it
    then expects too little, never too much.
    """
    names, level = Window(thresholds.label_window), thresholds.label_level_window
    labels, predictions = (
        f"sum by ({MODEL}) (sum_over_time({series}[{level}]))"
        for series in (names.labels, names.predictions)
    )
    return [
        Rule(names.model_labels, f"sum by ({MODEL}) ({names.labels})"),
        Rule(
            names.expected_labels,
            f"sum by ({MODEL}) ({_asked(names, thresholds, models)})\n"
            f"* {labels}\n/ ({predictions} > 0)",
        ),
    ]


def _asked(names: Window, thresholds: Thresholds, models: Models) -> str:
    """Return the predictions that the labels of a window speak of: those of one delay earlier."""
    late = seconds(thresholds.label_delay) > 0
    asked = models.within(names.predictions)
    return f"{asked} offset {thresholds.label_delay}" if late else asked


def _right(names: Window, by: str) -> str:
    # PromQL cannot compare two labels, so the diagonal is named first and then picked out.
    label, predicted = metrics.FEEDBACK.labels[-2:]
    return (
        f"sum by ({by}) (\n"
        f"    {names.confusion}\n"
        "    and label_replace(\n"
        f"      sum by ({LABEL}) ({names.confusion}),\n"
        f'      "{predicted}", "$1", "{label}", "(.*)"\n'
        "    )\n"
        "  )"
    )


def _involved(names: Window) -> str:
    # The second part keeps its label `predicted`, so `or` takes it beside the first. `other`, the
    # wrong predictions of a model with many labels, is no label.
    label, predicted = metrics.FEEDBACK.labels[-2:]
    predicted_labels = f'{{{predicted}!="{OTHER}"}}'
    return (
        f"sum by ({LABEL}) (\n"
        f"  sum by ({LABEL}) ({names.confusion})\n"
        "  or label_replace(\n"
        f"    sum by ({VERSION}, {predicted}) ({names.confusion}{predicted_labels}),\n"
        f'    "{label}", "$1", "{predicted}", "(.*)"\n'
        "  )\n"
        ")"
    )


def _limit(
    rows: str, thresholds: Thresholds, models: Models, as_one: str, reference_as_one: str = "1"
) -> str:
    return share_limit(
        models.within(REFERENCE_ACCURACY),
        REFERENCE_ACCURACY_SIZE,
        rows,
        thresholds,
        rows_as_one=as_one,
        reference_as_one=reference_as_one,
    )
