"""The configurations of Prometheus and Alertmanager, for one machine unless told otherwise."""

from collections.abc import Sequence
from typing import Any

from monitoring.alerts import RELAY_JOB, RETRAIN, SERVICE_JOB

SERVICE = "localhost:8000"
RELAY = "localhost:8900"
ALERTMANAGER = "localhost:9093"


def prometheus_config(
    *,
    service: Sequence[str] = (SERVICE,),
    relay: Sequence[str] = (RELAY,),
    alertmanager: Sequence[str] = (ALERTMANAGER,),
    rules: Sequence[str] = ("monitoring/rules/*.rules.yml",),
    interval: str = "15s",
) -> dict[str, Any]:
    """Return the content of prometheus.yml.

    service, relay, alertmanager: addresses as host:port.  rules: globs, relative to the file.
    interval: between scrapes and between evaluations.
    """
    return {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": list(rules),
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": list(alertmanager)}]}]},
        "scrape_configs": [_scrape(SERVICE_JOB, service), _scrape(RELAY_JOB, relay)],
    }


def _scrape(job: str, targets: Sequence[str]) -> dict[str, Any]:
    return {"job_name": job, "static_configs": [{"targets": list(targets)}]}


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
    group_interval: before more alerts of a group are told.  repeat_interval: of unchanged alerts;
    an incident that a cooldown held back is asked for again with it.
    """
    team = {"name": "team"}  # Add here who is woken: email_configs, pagerduty_configs, ...
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


def compose_prometheus() -> dict[str, Any]:
    """Return prometheus.yml for docker-compose.yml, where each part has a name on the network."""
    return prometheus_config(
        service=["service:8000"],
        relay=["relay:8900"],
        alertmanager=["alertmanager:9093"],
        rules=["/etc/prometheus/rules/*.rules.yml"],
    )


def compose_alertmanager() -> dict[str, Any]:
    """Return alertmanager.yml for docker-compose.yml; the token is one of its secrets."""
    return alertmanager_config(
        relay_url="http://relay:8900/alerts", credentials_file="/run/secrets/relay_bearer_token"
    )
