"""The panels of what came of the incidents in which each alert fired and each signal drifted."""

from monitoring.grafana.panel import LOOP, MODEL, Panel, Query
from monitoring.grafana.variables import OF_MODEL
from perennial.metric_names import relay as relay

# Most signals in a table.
SIGNALS = 20


def worth() -> tuple[Panel, ...]:
    """Return what alerts and signals were worth, by what came of the incidents they were in."""
    # Relays that share a database say the same.
    alerts = f"max by (model, alert, outcome) ({relay.ALERT_INCIDENTS.name}{{{OF_MODEL}}})"
    signals = f"max by (model, signal, outcome) ({relay.SIGNAL_INCIDENTS.name}{{{OF_MODEL}}})"
    most = f"topk({SIGNALS}, sum by (signal) ({signals}))"
    outcomes = (
        "promote: a better model came of it. keep, block: the gate's verdict. nothing: it ended "
        "without a verdict. open: it lives."
    )
    drift = ("DataDrift", "PredictionDrift")
    return tuple(
        Panel(
            "table",
            title,
            f"{description} Of the incidents in the relay's database. {outcomes}",
            (Query(expr, "incidents", "no incident yet"),),
            names,
            (LOOP, MODEL),
            unit="none",
            columns=((what, ""), ("outcome", ""), ("incidents", "none")),
            matrix=True,
            no_value="none yet",
        )
        for title, description, what, names, expr in (
            (
                "What alerts were worth",
                "Incidents in which each alert fired. One that leads to nothing better may have "
                "its limits raised.",
                "alert",
                (*drift, "AccuracyDrop", "LossRise"),
                f"sum by (alert, outcome) ({alerts})",
            ),
            (
                "What drifting signals were worth",
                f"Incidents in which each signal drifted, of the {SIGNALS} signals with the most.",
                "signal",
                drift,
                f"sum by (signal, outcome) ({signals}) and on (signal) {most}",
            ),
        )
    )
