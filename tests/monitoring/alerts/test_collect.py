"""An alert is a file in the folder of its group, and nothing lists it."""

import re
from pathlib import Path

from monitoring.alerts import Alert, every, groups
from monitoring.thresholds import Thresholds

FOLDER = Path(__file__).parents[3] / "monitoring" / "alerts"


def file_of(alert: Alert) -> str:
    """Return the name of an alert's file: `DataDrift` is in data_drift.py."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", alert.name).lower() + ".py"


def test_every_file_is_the_alert_of_its_name() -> None:
    """Who knows an alert's name finds its file, and no file is left out."""
    found = {
        f"{group}/{file_of(alert)}"
        for group, alerts in groups(Thresholds()).items()
        for alert in alerts
    }
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py")}
    groupless = {"alert.py", "accuracy.py", "collect.py", "drift.py"}
    assert found == {file for file in files if not file.endswith("__init__.py")} - groupless


def test_names_are_unique() -> None:
    """A runbook heading and a rule in Grafana have the name of one alert."""
    names = [alert.name for alert in every(Thresholds())]
    assert len(names) == len(set(names)) > 10
