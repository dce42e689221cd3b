"""The demo's rules are the shipped ones, only quicker."""

from pathlib import Path
from typing import Any

import yaml

from demo.quick_rules import quick_rules
from demo.workspace import ROOT
from monitoring.generated_files import RULES


def _without_pace(folder: Path) -> dict[str, Any]:
    """Return the rules by file, without their intervals and how long alerts for a retrain hold."""
    found = {}
    for file in folder.glob("*.rules.yml"):
        groups = yaml.safe_load(file.read_text())["groups"]
        for group in groups:
            group.pop("interval", None)
            for rule in group["rules"]:
                if rule.get("labels", {}).get("action") == "retrain":
                    rule.pop("for", None)
        found[file.name] = groups
    return found


def test_only_the_pace_differs_from_what_is_shipped(tmp_path: Path) -> None:
    """Thresholds, windows, and the alerts that page a person are the same."""
    quick_rules(ROOT / RULES, tmp_path / "rules")
    assert _without_pace(tmp_path / "rules") == _without_pace(ROOT / RULES)
    text = (tmp_path / "rules" / "alerts.rules.yml").read_text()
    assert "for: 4s" in text and "for: 30s" not in text
