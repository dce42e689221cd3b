"""The configuration of Alertmanager: retrains go to the relay, everything else to people."""

from typing import Any

from monitoring.alerts import RETRAIN
from monitoring.prometheus_config import RELAY


def alertmanager_config(
    *,
    relay_url: str = f"http://{RELAY}/alerts",
    credentials_file: str = "var/relay.token",
    group_wait: str = "10s",
    group_interval: str = "1m",
    repeat_interval: str = "1h",
) -> dict[str, Any]:
    """Return the content of alertmanager.yml.

    relay_url: where alerts with action=retrain go.  credentials_file: holds the relay's bearer
    token, relative to the file.  group_wait: how long a new group waits for more alerts.
    group_interval: before new alerts of a known group are sent.  repeat_interval: of unchanged
    alerts; an incident that a cooldown held back is asked for again with it.
    """
    team = {"name": "team"}  # Add here who is paged: email_configs, pagerduty_configs, ...
    credentials = {"type": "Bearer", "credentials_file": credentials_file}
    webhook = {
        "url": relay_url,
        "send_resolved": True,
        "http_config": {"authorization": credentials},
    }
    return {
        "route": {
            "receiver": team["name"],
            "group_by": ["model"],
            "group_wait": group_wait,
            "group_interval": group_interval,
            "repeat_interval": repeat_interval,
            "routes": [
                {"receiver": "relay", "matchers": [f'action="{RETRAIN["action"]}"']},
            ],
        },
        "receivers": [team, {"name": "relay", "webhook_configs": [webhook]}],
    }


def compose_alertmanager() -> dict[str, Any]:
    """Return alertmanager.yml for docker-compose.yml; the token is one of its secrets."""
    return alertmanager_config(
        relay_url="http://relay:8900/alerts", credentials_file="/run/secrets/relay_bearer_token"
    )
