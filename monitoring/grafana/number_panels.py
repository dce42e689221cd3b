"""Panels of the Model dashboard on models of numbers: their loss, and how their intervals hold."""

from monitoring.alerts.alert import SERVING
from monitoring.grafana.panel import LOOP, RETRAINING, Panel, Query
from monitoring.grafana.shared_panels import serving
from monitoring.grafana.variables import OF_VERSION, WINDOW
from monitoring.recording.series import REFERENCE_INTERVAL_COVERAGE, REFERENCE_LOSS

NONE = "no model answers with intervals"


def loss() -> Panel:
    """Return the mean loss, by labels and by intervals."""
    empty = "the labels of every model are a fixed set"
    return Panel(
        "timeseries",
        "Loss: mean and its limit",
        "For models whose labels are not a fixed set, in place of accuracy: mean loss on labelled "
        "predictions of the serving version over $window. Above its limit it contradicts the loss "
        "that the version was accepted with. Estimated: what the widths of the intervals let "
        "expect, without labels; its error is that of rows like those of the reference. It has no "
        "value while labels contradict it.",
        (
            serving(WINDOW.loss, "mean", empty),
            serving(WINDOW.loss_limit, "limit", empty),
            serving(REFERENCE_LOSS, "accepted with", empty),
            serving(WINDOW.expected_loss, "estimated", NONE),
            serving(WINDOW.expected_error, "error of the estimate", NONE),
        ),
        ("LossRise", "EstimatedLossRise"),
        (LOOP, RETRAINING),
        unit="short",
        width=24,
        minimum=0,
    )


def intervals() -> Panel:
    """Return the share of labels that intervals hold."""
    return Panel(
        "timeseries",
        "Intervals: share of labels that they hold",
        "For models whose answers have an interval: labelled predictions of the serving version "
        "over $window. Below its limit it contradicts the share that the version was accepted "
        "with: the intervals are too narrow for what comes now.",
        (
            serving(WINDOW.interval_coverage, "held", NONE),
            serving(WINDOW.interval_limit, "limit", NONE),
            serving(REFERENCE_INTERVAL_COVERAGE, "accepted with", NONE),
        ),
        ("IntervalCoverageDrop",),
        (LOOP, RETRAINING),
        unit="percentunit",
        width=16,
    )


def sides() -> Panel:
    """Return on which side of their interval labels lie."""
    return Panel(
        "barchart",
        "Intervals: where labels lie",
        "Labels below, inside and above the interval of their prediction, over $window. Many on "
        "one side: the answers are off that way.",
        (Query(f"max by (side) ({WINDOW.sides}{{{OF_VERSION}}} {SERVING})", "labels", NONE),),
        ("IntervalCoverageDrop",),
        (LOOP,),
        unit="short",
        width=8,
        columns=(("side", ""), ("labels", "short")),
        no_value="no intervals, or no labels yet",
        minimum=0,
    )
