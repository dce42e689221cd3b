"""Where a task's own limits stand, and what is said of one that cannot be."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from monitoring.errors import InvalidLimits
from monitoring.limits import own, relay
from monitoring.relay import limits as of_relay
from monitoring.relay.policy import Policy
from monitoring.thresholds import Thresholds
from perennial.settings import InvalidSettings

ROOT = Path(__file__).parents[2]
GENERAL = Thresholds()


def written(folder: Path, text: str) -> Path:
    """Write the limits of the task slow, and return the folder of the tasks."""
    (folder / "slow").mkdir()
    (folder / "slow" / "limits.yaml").write_text(text, encoding="utf-8")
    collect = "collect: {least_rows: 50, lookback_seconds: 30}\n"
    (folder / "slow" / "params.yaml").write_text(collect, encoding="utf-8")
    return folder


def test_limits_stand_in_the_tasks_folder(tmp_path: Path) -> None:
    """Those of its rules, and those of the relay, which reads them from generated files."""
    text = "monitoring: {least_rows: 24}\nrelay: {cooldown_seconds: 60, daily_budget: 1}\n"
    folder = written(tmp_path, text)
    assert own(GENERAL, folder) == {"slow": replace(GENERAL, least_rows=24)}
    models = tmp_path / "models"
    models.mkdir()
    (models / "gone.json").write_text("{}")
    (file,) = of_relay.write(relay(GENERAL, folder), models)
    collect = {"least_rows": 50, "lookback_seconds": 30, "flow_seconds": 86400}
    limits = {"cooldown_seconds": 60, "daily_budget": 1, **collect}
    assert file.name == "slow.json" and json.loads(file.read_text()) == limits
    assert of_relay.read(models) == relay(GENERAL, folder)


def test_a_relay_without_the_folder_does_not_start(tmp_path: Path) -> None:
    """It would serve each model by the limits of all, as where an image was built without it."""
    with pytest.raises(InvalidSettings, match="models: got nothing, expected a folder with a file"):
        of_relay.read(tmp_path / "models")


def test_the_relays_files_are_fresh(tmp_path: Path) -> None:
    """What is committed is what `python -m monitoring generate` writes now."""
    made = {file.name: file.read_text() for file in of_relay.write(relay(GENERAL), tmp_path)}
    assert {file.name: file.read_text() for file in of_relay.FOLDER.iterdir()} == made


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("monitoring: {psi: 0.9}", "limits.yaml: monitoring.psi: got 0.9, expected at most 0.25"),
        ("monitoring: {least_row: 9}", "monitoring: got 'least_row', expected some of"),
        ("monitoring: {errors_share: 0.1}", "monitoring: got 'errors_share', expected some of"),
        ("monitoring: {long_window: 1w}", "monitoring.long_window: got '1w', expected 1d, the"),
        ("monitoring:", "monitoring: got None, expected some of"),
        ("relay: {daily_budget: 0}", "relay.daily_budget: got 0, expected greater than or equal"),
        ("relay: {daily_budget: true}", "relay.daily_budget: got True, expected a valid integer"),
        ("relay: {daily_budget: '3'}", "relay.daily_budget: got '3', expected a valid integer"),
        ("relay: {cooldown_seconds: no}", "relay.cooldown_seconds: got False, expected a valid"),
        ("relay: {cooldown_seconds: 1e15}", "relay.cooldown_seconds: got '1e15', expected a valid"),
        ("relay: {cooldown_seconds: 1.0e+15}", "relay.cooldown_seconds: got 1.*, expected less"),
        ("relay:", "limits.yaml: relay: got None, expected"),
        (
            "monitoring: {retrain_for: 999999w}",
            "monitoring.retrain_for: got '999999w', expected at",
        ),
        ("relay: {budget: 1}", "relay.budget: got 1, expected no such field"),
        ("gate: {floor: 1}", "got 'gate', expected monitoring and relay"),
        ("- 1", "got .*, expected monitoring and relay"),
        ("relay: {", "no YAML"),
        ("relay: {growth: 2, growth: 3}", "no YAML .*'growth' stands there twice"),
        ("relay: {growth: 2}\nrelay: {carry: 3}", "no YAML .*'relay' stands there twice"),
        ("relay: {fall_rows: 49}", "relay.fall_rows: got 49, expected at least 50, collect.least"),
        ("relay: {drift_rows: 49}", "relay.drift_rows: got 49, expected at least 50, collect.lea"),
    ],
)
def test_a_limit_that_no_model_may_have_is_named(tmp_path: Path, text: str, message: str) -> None:
    """In one sentence with the file, the field, its value and what was expected."""
    folder = written(tmp_path, text)
    with pytest.raises(InvalidLimits, match=message) as error:
        own(GENERAL, folder)
        relay(GENERAL, folder)
    assert "slow/limits.yaml: " in str(error.value) and "\n" not in str(error.value)


def test_the_guide_has_every_limit_of_the_relay_as_it_is_shipped() -> None:
    """A reader sees what there is to set, and what holds without it."""
    guide = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (\S+) \|$", guide, re.MULTILINE))
    limits = {name: rows.get(name) for name in of_relay.RelayLimits.model_fields}
    shipped, policy = dict(limits), Policy()
    for name in limits.keys() - {"cooldown_seconds", "every_days"}:
        shipped[name] = f"{getattr(policy, name):g}"
    shipped |= {"cooldown_seconds": f"{policy.cooldown.total_seconds():g}", "every_days": "never"}
    assert limits == shipped


def test_the_guides_example_holds(tmp_path: Path) -> None:
    """Who pastes it has limits that are valid."""
    guide = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(monitoring:.*?)```", guide, re.DOTALL)
    folder = written(tmp_path, text)
    assert own(GENERAL, folder)["slow"].windows == ("1d", "1w")
    assert relay(GENERAL, folder)["slow"].daily_budget == 1
