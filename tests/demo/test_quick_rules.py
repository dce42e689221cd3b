"""The demo's rules are the shipped ones, only quicker."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from demo.quick_rules import QUICK, quick_rules
from demo.workspace import ROOT
from monitoring.generated_files import RULES
from monitoring.threshold_fields import seconds
from monitoring.thresholds import Thresholds

NEVER = "1d"


def _groups(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the groups of a folder's files by their names."""
    files = folder.glob("*.rules.yml")
    return {
        one["name"]: one for file in files for one in yaml.safe_load(file.read_text())["groups"]
    }


def _name(rule: dict[str, Any]) -> str:
    return str(rule.get("alert") or rule["record"])


def test_no_limit_and_no_window_differs_from_what_is_shipped() -> None:
    """Only how often counters are read differs, and how long a condition holds."""
    shipped = asdict(Thresholds())
    differs = {name for name, value in asdict(QUICK).items() if value != shipped[name]}
    assert differs == {"count_interval", "retrain_for"}


def test_each_group_is_as_shipped_and_no_slower(tmp_path: Path) -> None:
    """The rules have the names and the order of the shipped; what pages a person is the same."""
    quick_rules(ROOT, tmp_path / "rules")
    quick, shipped = _groups(tmp_path / "rules"), _groups(ROOT / RULES)
    counts = f"increase{QUICK.count_interval}", f"increase{Thresholds().count_interval}"
    assert quick.keys() == shipped.keys()
    for name, group in shipped.items():
        mine = quick[name]
        assert seconds(mine.get("interval", "5s")) <= seconds(group.get("interval", NEVER))
        for one, other in zip(mine["rules"], group["rules"], strict=True):
            assert _name(one).replace(*counts) == _name(other)
            action = other.get("labels", {}).get("action")
            assert one.get("for") == ("4s" if action == "retrain" else other.get("for"))
