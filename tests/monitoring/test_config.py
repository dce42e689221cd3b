"""The configurations of Prometheus and Alertmanager for addresses other than the defaults."""

import re
import subprocess
from pathlib import Path

import yaml

from monitoring.alertmanager_config import alertmanager_config
from monitoring.generated_files import generated as monitoring
from monitoring.grafana.generated_files import generated as grafana
from monitoring.prometheus_config import prometheus_config
from monitoring.thresholds import Thresholds


def test_jobs_are_named_in_one_place() -> None:
    """Scrape configuration, rules, alerts and dashboards all follow the two settings."""
    renamed = Thresholds(service_job="api", relay_job="bridge")
    made = {**monitoring(renamed), **grafana(renamed)}
    jobs = {
        job for text in made.values() for job in re.findall(r'job(?:_name: |=\\*")([\w.-]+)', text)
    }
    assert jobs == {"api", "bridge"}


def test_prometheus_scrapes_what_it_is_told() -> None:
    """Addresses, rules and pace are the caller's."""
    config = prometheus_config(
        service=["a:1", "b:2"],
        relay=["c:3"],
        alertmanager=["d:4"],
        rules=["/r/*.yml"],
        interval="2s",
    )
    scraped = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in config["scrape_configs"]
    }
    assert scraped == {"service": ["a:1", "b:2"], "relay": ["c:3"]}
    assert config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] == ["d:4"]
    assert config["rule_files"] == ["/r/*.yml"]
    assert set(config["global"].values()) == {"2s"}


def test_alertmanager_accepts_another_relay(tmp_path: Path) -> None:
    """A relay elsewhere, with its token in a file and a quicker pace, is a valid configuration."""
    (tmp_path / "token").write_text("secret", encoding="utf-8")
    config = alertmanager_config(
        relay_url="http://relay.example:80/alerts",
        credentials_file="token",
        group_wait="1s",
        group_interval="5s",
        repeat_interval="30s",
    )
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    done = subprocess.run(["amtool", "check-config", str(file)], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert config["route"]["group_by"] == ["model"]
    assert config["receivers"][1]["webhook_configs"][0]["send_resolved"] is True
