"""Every generated file of Grafana, by its path from the repository's root."""

from pathlib import Path

from monitoring import alerts
from monitoring.generated_files import render as as_yaml
from monitoring.grafana.alert_rules import alert_rules
from monitoring.grafana.boards import boards
from monitoring.grafana.dashboard_json import render
from monitoring.grafana.notification import contact_points, mute_timings, policies
from monitoring.grafana.provisioning import dashboards, datasources
from monitoring.limits import NOBODY, Limits, Own
from monitoring.thresholds import Thresholds

ROOT = Path("grafana")
DASHBOARDS = ROOT / "dashboards"
PROVISIONING = ROOT / "provisioning"
# Beside the provisioning: whoever mounts that as a whole keeps Alertmanager as the only sender.
ALERTING = ROOT / "alerting"


def generated(
    thresholds: Thresholds, *, own: Own = NOBODY, runbook: str = alerts.RUNBOOK
) -> dict[Path, str]:
    """Return the text of every file; the same thresholds always give the same text.

    own: the limits of models that have others than the thresholds.
    """
    limits = Limits(thresholds, own)
    made = boards(thresholds)
    drawn = {
        DASHBOARDS / f"{board.uid}.json": render(board, made, thresholds, runbook=runbook)
        for board in made
    }
    return {
        **drawn,
        PROVISIONING / "datasources/prometheus.yml": as_yaml(datasources()),
        PROVISIONING / "dashboards/perennial.yml": as_yaml(dashboards()),
        ALERTING / "rules.yml": as_yaml(alert_rules(limits, runbook=runbook)),
        ALERTING / "contact-points.yml": as_yaml(contact_points()),
        ALERTING / "policies.yml": as_yaml(policies()),
        ALERTING / "mute-timings.yml": as_yaml(mute_timings()),
    }
