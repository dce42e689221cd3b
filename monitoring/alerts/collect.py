"""Finds the alerts: a group is a folder here, an alert a file in it with the function `alert`."""

from importlib import import_module
from pathlib import Path

from monitoring.alerts.alert import Alert
from monitoring.limits import Limits
from monitoring.recording.series import Models
from monitoring.thresholds import Thresholds

HERE = Path(__file__).parent


def groups(thresholds: Thresholds) -> dict[str, list[Alert]]:
    """Return the alerts of each group, both in the order of their files' names."""
    files: dict[str, list[str]] = {}
    for file in sorted(HERE.glob("*/[!_]*.py")):
        files.setdefault(file.parent.name, []).append(file.stem)
    return {
        group: [import_module(f"{__package__}.{group}.{name}").alert(thresholds) for name in names]
        for group, names in files.items()
    }


def every(thresholds: Thresholds) -> list[Alert]:
    """Return every alert."""
    return [alert for group in groups(thresholds).values() for alert in group]


def of_models(limits: Limits) -> dict[str, list[Alert]]:
    """Return the alerts of each group; one that differs for a model is there for it alone too."""

    def made(group: str) -> list[Alert]:
        def alerts(thresholds: Thresholds, models: Models) -> list[Alert]:
            return [alert.of(models) for alert in groups(thresholds)[group]]

        return limits.made(alerts, lambda alert: alert.name)

    return {group: made(group) for group in groups(limits.general)}
