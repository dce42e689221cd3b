"""What an alert is, and what all of them share."""

from dataclasses import dataclass, field, replace

from monitoring.recording.series import MODEL, VERSION, Models
from perennial.metric_names import service as metrics

RUNBOOK = "docs/runbook.md"
RETRAIN = {"severity": "warning", "action": "retrain"}
# What a retrain alert is measured with, by which the relay weighs it: labels tell that the model is
# worse, inputs and answers alone that it may be.
ON_LABELS = RETRAIN | {"signal": "labels"}
ON_INPUTS = RETRAIN | {"signal": "inputs"}
PAGE = {"severity": "critical", "action": "page"}
# For a person too, in working hours.
NOTICE = {"severity": "warning", "action": "page"}
OF_MODEL = "?var-model={{ $labels.model }}"
OF_VERSION = OF_MODEL + "&var-version={{ $labels.version }}"

# Alerts are about versions that serve, so they clear when a new version takes over.
SERVING = f"and on ({VERSION}) ({metrics.INFO.name} == 1)"
SERVING_MODEL = f"and on ({MODEL}) ({metrics.INFO.name} == 1)"


@dataclass(frozen=True)
class Alert:
    """One alerting rule; its runbook heading is its name.

    dashboard: a path in Grafana, with the variables that the alert's labels choose.
    model: the one that it is about; empty where it is about any.
    """

    name: str
    expr: str
    hold: str
    labels: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    description: str = ""
    dashboard: str = ""
    model: str = ""

    def of(self, models: Models) -> "Alert":
        """Return the alert on these models, of those that serve."""
        serving = f"({metrics.INFO.name}"
        expr = self.expr
        for after in (" ==", "["):
            expr = expr.replace(serving + after, f"({models.within(metrics.INFO.name)}{after}")
        return replace(self, expr=expr, model=models.only)

    def runbook(self, base: str) -> str:
        """Return the address of its heading."""
        return f"{base}#{self.name.lower()}"

    def annotations(self, runbook: str) -> dict[str, str]:
        """Return what a person reads; runbook: the address of its page."""
        return {
            "summary": self.summary,
            "description": self.description,
            "runbook_url": self.runbook(runbook),
            "dashboard": self.dashboard,
        }


def dashboard(name: str, variables: str = "") -> str:
    """Return the path of one of our dashboards in Grafana.

    >>> dashboard("loop", OF_MODEL)
    '/d/perennial-loop?var-model={{ $labels.model }}'
    """
    return f"/d/perennial-{name}{variables}"


def down(name: str, job: str, hold: str, what: str, path: str) -> Alert:
    """Return the alert on a part that Prometheus cannot scrape; path: of its dashboard."""
    up = f'up{{job="{job}"}}'
    return Alert(
        name,
        f"{up} == 0 or absent({up})",
        hold,
        PAGE,
        f"Prometheus cannot reach {what}",
        f'Job {job}, instance {{{{ or $labels.instance "(none configured)" }}}} has not '
        f"answered a scrape for {hold}.",
        path,
    )
