"""Rules and alerts: valid, tested at the moment they fire, explained in the runbook, and fresh."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring import alerts, generated_files
from monitoring.grafana.boards import boards
from monitoring.limits import TASKS, own
from monitoring.thresholds import Thresholds
from perennial.metric_names import relay as relay
from perennial.metric_names import service as service
from perennial.metric_names.metric import Metric
from tests.monitoring.recording.needed import cases
from tests.prometheus import ENVIRONMENT

ROOT = Path(__file__).parents[3]
RULE_TESTS = sorted((ROOT / "tests/rules").glob("*.test.yml"))
# Of the files that take longest, so that they start first.
SECONDS = {"label_days": 35, "loss": 17, "drift": 15}
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
GENERATED = sorted(generated_files.generated(Thresholds()))
ALERTS = alerts.every(Thresholds())


def _run(*command: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _expectations() -> Iterator[Any]:
    for path in RULE_TESTS:
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            yield from case.get("alert_rule_test", [])


@cache
def _tested() -> dict[str, set[bool]]:
    """Return for each alert whether a case expects it to fire, and whether one expects silence."""
    found: dict[str, set[bool]] = {}
    for expected in _expectations():
        found.setdefault(expected["alertname"], set()).add(bool(expected["exp_alerts"]))
    return found


@cache
def _labels() -> dict[str, set[str]]:
    """Return for each alert the labels that it has in every case that expects it to fire."""
    found: dict[str, set[str]] = {}
    for expected in _expectations():
        for fired in expected["exp_alerts"]:
            labels, name = set(fired["exp_labels"]), expected["alertname"]
            found[name] = found.get(name, labels) & labels
    return found


def _case(path: Path) -> Any:
    """Return a file as a parameter that says how long it takes; at night, what lasts days."""
    name = path.name.partition(".")[0]
    marks = [pytest.mark.seconds(SECONDS.get(name, 5))]
    return pytest.param(
        path, id=path.name, marks=[*marks, pytest.mark.nightly] if name == "label_days" else marks
    )


@pytest.mark.parametrize("path", [_case(path) for path in RULE_TESTS])
def test_promtool_agrees(path: Path, tmp_path: Path) -> None:
    """Every case under tests/rules holds, with the rules that it needs."""
    files = cases(path, tmp_path)
    said = _run("promtool", "test", "rules", *map(str, files))
    assert said.count("SUCCESS") == len(files)


@pytest.mark.nightly
@pytest.mark.parametrize("path", RULE_TESTS, ids=lambda path: path.name)
def test_promtool_agrees_with_all_rules_beside_each_other(path: Path) -> None:
    """Every case under tests/rules holds, and no rule fails that it does not need."""
    assert "SUCCESS" in _run("promtool", "test", "rules", str(path))


def test_prometheus_reads_its_configuration() -> None:
    """Prometheus accepts the committed configuration and every rule file it names."""
    assert "3 rule files found" in _run("promtool", "check", "config", "prometheus.yml")


def test_alertmanager_reads_its_configuration() -> None:
    """Alertmanager accepts the committed configuration."""
    assert "2 receivers" in _run("amtool", "check-config", "alertmanager.yml")


@pytest.mark.parametrize("labels, receiver", [({"action": "retrain"}, "relay"), ({}, "team")])
def test_alerts_go_where_they_belong(labels: dict[str, str], receiver: str) -> None:
    """Alerts that ask for a retrain go to the relay, all others to the team."""
    given = [f"{name}={value}" for name, value in labels.items()]
    command = ("amtool", "config", "routes", "test", "--config.file=alertmanager.yml")
    assert _run(*command, "alertname=Any", *given).split() == [receiver]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_is_tested_before_it_fires_and_at_firing(alert: alerts.Alert) -> None:
    """An alert has a case in which it fires and one in which it does not yet."""
    assert _tested().get(alert.name) == {True, False}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_has_a_runbook_heading(alert: alerts.Alert) -> None:
    """The address in an alert leads to a heading of the runbook."""
    headings = {line[3:].lower() for line in RUNBOOK.splitlines() if line.startswith("## ")}
    path, _, anchor = alert.runbook(alerts.RUNBOOK).partition("#")
    assert (ROOT / path).is_file()
    assert anchor in headings


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_says_whom_it_asks(alert: alerts.Alert) -> None:
    """An alert asks for a retrain, and says of what it is one, or wakes a person."""
    asks_retrain = (alerts.ON_LABELS, alerts.ON_INPUTS)
    assert alert.labels in (*asks_retrain, alerts.PAGE, alerts.NOTICE)
    assert alert.summary and "{{" in alert.description


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_leads_to_a_dashboard(alert: alerts.Alert) -> None:
    """An alert names one of our dashboards, with variables that its own labels fill."""
    path, _, query = alert.dashboard.partition("?")
    assert path.removeprefix("/d/") in {board.uid for board in boards(Thresholds())}
    for pair in query.split("&") if query else ():
        variable, _, value = pair.partition("=")
        label = variable.removeprefix("var-")
        assert value == f"{{{{ $labels.{label} }}}}"
        assert label in _labels()[alert.name]


def test_every_metric_asked_for_is_exported_or_recorded() -> None:
    """No expression names a metric of the service, the relay or a rule that does not exist."""
    values = [*vars(service).values(), *vars(relay).values()]
    exported = [value for value in values if isinstance(value, Metric)]
    summaries = [metric.name for metric in exported if metric.type in ("summary", "histogram")]
    known = {metric.name for metric in exported}
    known |= {f"{summary}_{part}" for summary in summaries for part in ("sum", "count")}
    asked: set[str] = set()
    for path in sorted((ROOT / generated_files.RULES).glob("*.rules.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                known.add(rule.get("record", ""))
                asked.update(re.findall(r"\b(?:model|relay)[_:][a-z0-9_:]+", rule["expr"]))
    assert asked and asked <= known


@pytest.mark.parametrize("path", GENERATED, ids=str)
def test_generated_files_are_fresh(path: Path, tmp_path: Path) -> None:
    """What is committed is what `python -m monitoring generate` writes now."""
    generated_files.write(tmp_path, Thresholds(), own=own(Thresholds(), ROOT / TASKS))
    assert (ROOT / path).read_bytes() == (tmp_path / path).read_bytes()


@pytest.mark.parametrize("path", GENERATED, ids=str)
def test_generated_files_say_so(path: Path) -> None:
    """The first line of a generated file names the command that writes it."""
    first = (ROOT / path).read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# Generated by `python -m monitoring generate`")


def test_another_runbook_can_be_named() -> None:
    """The address of the runbook is an option of the generator."""
    made = generated_files.generated(Thresholds(), runbook="https://example.org/runbook")
    rules = yaml.safe_load(made[generated_files.RULES / "alerts.rules.yml"])
    first: dict[str, Any] = rules["groups"][0]["rules"][0]
    assert first["annotations"]["runbook_url"] == "https://example.org/runbook#accuracydrop"


def test_late_labels_are_held_against_the_predictions_they_speak_of(tmp_path: Path) -> None:
    """With a delay of six hours, coverage is exact though traffic has grown fourfold meanwhile."""
    generated_files.write(tmp_path, Thresholds(label_delay="6h", label_window="1h"))
    key = 'model="digits",version="1.0.0"'
    case = {
        "rule_files": [str(tmp_path / generated_files.RULES / "accuracy.rules.yml")],
        "evaluation_interval": "10m",
        "group_eval_order": ["accuracy_short", "accuracy_long"],
        "tests": [
            {
                "interval": "10m",
                "input_series": [
                    {
                        "series": f"model_confidence_count{{{key}}}",
                        "values": "0+100x36 4000+400x36",
                    },
                    {
                        "series": f'model_feedback_total{{{key},label="0",predicted="0"}}',
                        "values": "0x36 0+50x36",
                    },
                ],
                "promql_expr_test": [
                    {
                        "expr": "model_version:label_coverage:1h",
                        "eval_time": "10h",
                        "exp_samples": [
                            {"labels": f"model_version:label_coverage:1h{{{key}}}", "value": 0.5}
                        ],
                    }
                ],
            }
        ],
    }
    file = tmp_path / "late.test.yml"
    file.write_text(yaml.safe_dump(case), encoding="utf-8")
    assert "SUCCESS" in _run("promtool", "test", "rules", str(file))
