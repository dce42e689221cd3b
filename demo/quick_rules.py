"""Lets alerts come sooner in the demo, where Prometheus reads the counters every two seconds."""

from pathlib import Path
from typing import Any

import yaml

from monitoring.alerts.alert import RETRAIN

# In place of 1m between evaluations. A condition must hold for two scrapes, as long as 30s are.
INTERVAL = "15s"
HOLD_SECONDS = 4


def quick_rules(source: Path, target: Path) -> None:
    """Write the rules of a folder to another; thresholds and windows stay as they are."""
    target.mkdir(parents=True)
    for file in sorted(source.glob("*.rules.yml")):
        document = yaml.load(file.read_bytes(), yaml.CSafeLoader)
        for group in document["groups"]:
            _quicken(group)
        (target / file.name).write_text(
            yaml.dump(document, Dumper=yaml.CSafeDumper), encoding="utf-8"
        )


def _quicken(group: dict[str, Any]) -> None:
    if "interval" in group:
        group["interval"] = INTERVAL
    for rule in group["rules"]:
        if rule.get("labels", {}).items() >= RETRAIN.items() and "alert" in rule:
            rule["for"] = f"{HOLD_SECONDS}s"
