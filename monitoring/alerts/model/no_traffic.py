"""NoTraffic: nobody asks for predictions, though there usually are many at this time; pages."""

from monitoring.alerts.alert import OF_MODEL, PAGE, SERVING_MODEL, Alert, dashboard
from monitoring.recording.series import MODEL
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics


def alert(thresholds: Thresholds) -> Alert:
    """Return the alert."""
    window, cycle = thresholds.idle_window, thresholds.traffic_cycle
    return Alert(
        "NoTraffic",
        f"sum by ({MODEL}) ({_predictions(window)}) == 0\n"
        f"and sum by ({MODEL}) ({_predictions(window, f' offset {cycle}')}) >= "
        f"{thresholds.least_traffic:g}\n"
        f"{SERVING_MODEL}",
        thresholds.no_traffic_for,
        PAGE,
        "{{ $labels.model }} receives no prediction requests",
        f"No version of {{{{ $labels.model }}}} made a prediction in the last {window}. "
        f"At this time {cycle} ago there were at least {thresholds.least_traffic:g}.",
        dashboard("service", OF_MODEL),
    )


def _predictions(window: str, moment: str = "") -> str:
    counters = (f"{metrics.CONFIDENCE.name}_count", metrics.WITHOUT_LABEL)
    return " or ".join(f"increase({counter}[{window}]{moment})" for counter in counters)
