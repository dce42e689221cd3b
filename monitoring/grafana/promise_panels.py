"""Panels of the Model dashboard on what a version promised, and what it kept."""

from monitoring.grafana.panel import LOOP, RETRAINING, Panel
from monitoring.grafana.shared_panels import serving
from monitoring.grafana.variables import WINDOW
from monitoring.recording.series import REFERENCE_ACCURACY, REFERENCE_LOSS
from perennial.metric_names import service as metrics

TOLD = (
    "Kept: on labelled predictions of the serving version over $window. Promised: its score on "
    "the latest test rows, and between which ends that of as many rows that follow is expected, "
    "95 times in 100, if they change no more than the test rows did. With fewer labels it "
    "scatters more. Beyond an end for days: the world has changed since the version was accepted."
)
CLASSES = "the labels of no model are a fixed set"
NUMBERS = "the labels of every model are a fixed set"


def accuracy_promised() -> Panel:
    """Return the accuracy promised and kept."""
    return _panel("accuracy", WINDOW.accuracy, REFERENCE_ACCURACY, CLASSES, "percentunit")


def loss_promised() -> Panel:
    """Return the loss promised and kept."""
    return _panel("loss", WINDOW.loss, REFERENCE_LOSS, NUMBERS, "short")


def _panel(score: str, kept: str, promised: str, empty: str, unit: str) -> Panel:
    ends = (("low", metrics.PROMISED_LOW), ("high", metrics.PROMISED_HIGH))
    alert = "AccuracyDrop" if score == "accuracy" else "LossRise"
    return Panel(
        "timeseries",
        f"Promised and kept: {score}",
        TOLD,
        (
            serving(kept, "kept", empty),
            serving(promised, "promised", empty),
            *(
                serving(metric.name, f"promised, {end}", empty, beside=promised)
                for end, metric in ends
            ),
        ),
        (alert,),
        (LOOP, RETRAINING),
        unit=unit,
    )
