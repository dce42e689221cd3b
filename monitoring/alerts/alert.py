"""What an alert is, and what all of them share."""

from dataclasses import dataclass, field

from monitoring.series import VERSION
from service import metrics

SERVICE_JOB = "service"
RELAY_JOB = "relay"
RUNBOOK = "docs/runbook.md"
RETRAIN = {"severity": "warning", "action": "retrain"}
PAGE = {"severity": "critical", "action": "page"}

# Alerts speak of versions that serve, so they clear when a new version takes over.
SERVING = f"and on ({VERSION}) ({metrics.INFO.name} == 1)"


@dataclass(frozen=True)
class Alert:
    """One alerting rule; its runbook heading is its name."""

    name: str
    expr: str
    hold: str
    labels: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    description: str = ""

    def runbook(self, base: str) -> str:
        """Return the address of its heading."""
        return f"{base}#{self.name.lower()}"


def down(name: str, job: str, hold: str, what: str) -> Alert:
    """Return the alert on a part that Prometheus cannot scrape."""
    up = f'up{{job="{job}"}}'
    return Alert(
        name,
        f"{up} == 0 or absent({up})",
        hold,
        PAGE,
        f"Prometheus cannot reach {what}",
        f'Job {job}, instance {{{{ or $labels.instance "(none configured)" }}}} has not '
        f"answered a scrape for {hold}.",
    )
