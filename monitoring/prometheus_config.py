"""The configuration of Prometheus, for one machine unless told otherwise."""

from collections.abc import Sequence
from typing import Any

from monitoring.thresholds import Thresholds

SERVICE = "localhost:8000"
RELAY = "localhost:8900"
ALERTMANAGER = "localhost:9093"
# Of Prometheus, in the stack.
KEY = "/run/secrets/service_prometheus_key"


def prometheus_config(
    *,
    service: Sequence[str] = (SERVICE,),
    relay: Sequence[str] = (RELAY,),
    alertmanager: Sequence[str] = (ALERTMANAGER,),
    rules: Sequence[str] = ("monitoring/rules/*.rules.yml",),
    interval: str = "15s",
    evaluation: str | None = None,
    service_key_file: str | None = None,
    relay_key_file: str | None = None,
    thresholds: Thresholds | None = None,
) -> dict[str, Any]:
    """Return the content of prometheus.yml.

    service, relay, alertmanager: addresses as host:port.  rules: globs, relative to the file.
    interval: between scrapes.  evaluation: between evaluations of rules; as `interval` if None.
    thresholds: name the jobs; defaults if None.
    service_key_file, relay_key_file: hold an API key with the role metrics; None if it has no keys.
    """
    jobs = thresholds or Thresholds()
    return {
        "global": {"scrape_interval": interval, "evaluation_interval": evaluation or interval},
        "rule_files": list(rules),
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": list(alertmanager)}]}]},
        "scrape_configs": [
            _scrape(jobs.service_job, service, service_key_file),
            _scrape(jobs.relay_job, relay, relay_key_file),
        ],
    }


def _scrape(job: str, targets: Sequence[str], key_file: str | None) -> dict[str, Any]:
    scrape: dict[str, Any] = {"job_name": job, "static_configs": [{"targets": list(targets)}]}
    if key_file is not None:
        scrape["authorization"] = {"type": "Bearer", "credentials_file": key_file}
    return scrape


def compose_prometheus(thresholds: Thresholds) -> dict[str, Any]:
    """Return prometheus.yml for docker-compose.yml, where each part has a name on the network."""
    return prometheus_config(
        service=["service:8000"],
        relay=["relay:8900"],
        alertmanager=["alertmanager:9093"],
        rules=["/etc/prometheus/rules/*.rules.yml"],
        service_key_file=KEY,
        relay_key_file=KEY,
        thresholds=thresholds,
    )
