"""Finds the alerts: a group is a folder here, an alert a file in it with the function `alert`."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from monitoring.alerts.alert import Alert
from monitoring.thresholds import Thresholds

HERE = Path(__file__).parent


def groups(thresholds: Thresholds) -> dict[str, list[Alert]]:
    """Return the alerts of each group, both in the order of their files' names."""
    return {
        group.name: [
            import_module(f"{__package__}.{group.name}.{file.name}").alert(thresholds)
            for file in iter_modules([str(HERE / group.name)])
        ]
        for group in iter_modules([str(HERE)])
        if group.ispkg
    }


def every(thresholds: Thresholds) -> list[Alert]:
    """Return every alert."""
    return [alert for group in groups(thresholds).values() for alert in group]
