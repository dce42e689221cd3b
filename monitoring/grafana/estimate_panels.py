"""Panels of the Model dashboard on estimates without labels: whether labels agree with them."""

from monitoring.alerts.alert import SERVING
from monitoring.grafana.panel import GREEN, LOOP, ORANGE, Limit, Panel, Query
from monitoring.grafana.variables import OF_VERSION
from monitoring.recording.estimate import WITHDRAWN, Checked
from monitoring.recording.series import REFERENCE_ACCURACY, REFERENCE_LOSS
from monitoring.thresholds import Thresholds

ALERTS = ("EstimatedAccuracyDrop", "EstimatedLossRise")
NAMES = Checked("$window")
CLASSES, NUMBERS = "no model has classes and labels", "no model answers with intervals"


def gap(thresholds: Thresholds) -> Panel:
    """Return how far the estimate of labelled rows is from what came, and how far by chance."""
    of, limit = f"{{{OF_VERSION}}} {SERVING}", NAMES.limit(thresholds)
    return Panel(
        "timeseries",
        "Estimate against labels: estimated minus realised",
        "Of predictions whose label came in $window: the accuracy estimated from their confidence "
        "less the realised one, or the estimated loss less the real one, as a share of the "
        "reference's loss. Beyond the limit it is not chance, and where it is over "
        f"{thresholds.estimate_gap:g} too (for a loss {thresholds.estimate_loss_gap:.0%}), the "
        "estimate is unknown.",
        (
            Query(f"{NAMES.gap}{of} and {REFERENCE_ACCURACY}", "{{model}} {{version}}", CLASSES),
            Query(
                f"{NAMES.gap}{{{OF_VERSION}}} / {REFERENCE_LOSS} {SERVING}",
                "{{model}} {{version}}, of the loss",
                NUMBERS,
            ),
            Query(f"{limit} and {NAMES.gap}{of} and {REFERENCE_ACCURACY}", "limit", CLASSES),
            Query(f"{limit} / {REFERENCE_LOSS} and {NAMES.gap}{of}", "limit, of the loss", NUMBERS),
        ),
        ALERTS,
        (LOOP,),
        unit="percentunit",
        width=8,
        height=9,
    )


def known() -> Panel:
    """Return whether the estimate is withdrawn."""
    return Panel(
        "stat",
        "Estimate without labels",
        "Unknown: labels contradict it. Then it has no value, its alert neither fires nor ends by "
        "it, and labels decide alone. It is back when a week's labels agree with it again, or "
        "another version serves.",
        (Query(f"{WITHDRAWN}{{{OF_VERSION}}} {SERVING}", "{{model}} {{version}}"),),
        ALERTS,
        (LOOP,),
        unit="none",
        width=4,
        height=9,
        limits=(Limit(0, GREEN), Limit(1, ORANGE)),
        words=((0, "Known"), (1, "Unknown")),
    )
