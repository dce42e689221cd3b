"""Where Grafana finds Prometheus and our dashboards: two of its provisioning files.

`$NAME` is read from Grafana's environment when it starts; a missing variable is an empty text, so
docs/grafana.md lists them all.
"""

from typing import Any

from monitoring.grafana.variables import DATASOURCE_NAME, DATASOURCE_UID

FOLDER, FOLDER_UID = "Perennial", "perennial"
PROMETHEUS_URL = "$PERENNIAL_PROMETHEUS_URL"
DASHBOARDS_PATH = "$PERENNIAL_DASHBOARDS"
SCRAPE_INTERVAL = "15s"


def datasources() -> dict[str, Any]:
    """Return the data source: one Prometheus, the default."""
    return {
        "apiVersion": 1,
        "datasources": [
            {
                "name": DATASOURCE_NAME,
                "uid": DATASOURCE_UID,
                "type": "prometheus",
                "access": "proxy",
                "orgId": 1,
                "url": PROMETHEUS_URL,
                "isDefault": True,
                "editable": False,
                "jsonData": {
                    "httpMethod": "POST",
                    "prometheusType": "Prometheus",
                    "timeInterval": SCRAPE_INTERVAL,
                    # The rules of this Prometheus are made from the same source as Grafana's own.
                    "manageAlerts": False,
                },
            }
        ],
    }


def dashboards() -> dict[str, Any]:
    """Return the provider of the dashboards: read from files, changed nowhere else."""
    return {
        "apiVersion": 1,
        "providers": [
            {
                "name": "perennial",
                "orgId": 1,
                "folder": FOLDER,
                "folderUid": FOLDER_UID,
                "type": "file",
                "disableDeletion": True,
                "allowUiUpdates": False,
                "updateIntervalSeconds": 60,
                "options": {"path": DASHBOARDS_PATH, "foldersFromFilesStructure": False},
            }
        ],
    }
