"""Alert rules and who is told: Prometheus' alerts again, and references that resolve."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from monitoring.alerts import RETRAIN, Alert, of_models
from monitoring.grafana import notification
from monitoring.grafana.alert_rules import in_grafana, title
from monitoring.grafana.generated_files import ALERTING, DASHBOARDS
from monitoring.grafana.provisioning import FOLDER
from monitoring.grafana.variables import DATASOURCE_UID
from monitoring.limits import TASKS, Limits, own
from monitoring.relay.settings import Settings
from monitoring.relay.webhook import NO_EVIDENCE
from monitoring.thresholds import Thresholds
from tests.monitoring.grafana import alerting_schemas as schemas

ROOT = Path(__file__).parents[3]
LIMITS = Limits(Thresholds(), own(Thresholds(), ROOT / TASKS))
ALERTS = [alert for group in of_models(LIMITS).values() for alert in group]


def _content(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / ALERTING / name).read_text("utf-8"))
    return content


RULES = [rule for group in _content("rules.yml")["groups"] for rule in group["rules"]]
by_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["title"])


def test_every_alert_is_a_rule_and_every_rule_an_alert() -> None:
    """Grafana alerts on exactly what Prometheus alerts on, after the same time."""
    made = {
        rule["title"]: (rule["data"][0]["model"]["expr"], rule["for"], rule["labels"])
        for rule in RULES
    }
    assert made == {title(alert): (alert.expr, alert.hold, alert.labels) for alert in ALERTS}


def test_uids_are_unique() -> None:
    """Two rules of one uid stop Grafana from starting."""
    assert len({rule["uid"] for rule in RULES}) == len(RULES)


@by_rule
def test_a_rule_leads_to_a_panel(rule: dict[str, Any]) -> None:
    """The dashboard and the panel that a rule names exist."""
    said = rule["annotations"]
    path = ROOT / DASHBOARDS / f"{said['__dashboardUid__']}.json"
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    assert int(said["__panelId__"]) in {panel["id"] for panel in panels}


@by_rule
def test_the_dashboard_for_people_exists(rule: dict[str, Any]) -> None:
    """The path in the `dashboard` annotation is that of one of our dashboards."""
    uid = rule["annotations"]["dashboard"].removeprefix("/d/").partition("?")[0]
    assert (ROOT / DASHBOARDS / f"{uid}.json").is_file()


@by_rule
def test_the_runbook_has_its_heading(rule: dict[str, Any]) -> None:
    """The link for people leads to the heading of the alert's name, whatever model it is of."""
    path, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    name = rule["title"].partition(" (")[0]
    assert anchor == name.lower()
    assert f"## {name}" in (ROOT / path).read_text(encoding="utf-8").splitlines()


@by_rule
def test_a_rule_asks_our_data_source(rule: dict[str, Any]) -> None:
    """The query goes to the provisioned Prometheus, its threshold to Grafana itself."""
    assert [one["datasourceUid"] for one in rule["data"]] == [DATASOURCE_UID, "__expr__"]


@by_rule
def test_silence_of_prometheus_starts_and_ends_no_incident(rule: dict[str, Any]) -> None:
    """Health is no data; while nothing can be read, a retrain keeps its state, a page says so."""
    retrain = rule["labels"].items() >= RETRAIN.items()
    expected = ("OK", "KeepLast" if retrain else "Error")
    assert (rule["noDataState"], rule["execErrState"]) == expected


def test_rules_lie_in_the_folder_of_the_dashboards() -> None:
    """One folder holds all of it."""
    assert {group["folder"] for group in _content("rules.yml")["groups"]} == {FOLDER}


def _route(labels: dict[str, str]) -> dict[str, Any]:
    """Return the first route whose matchers a label set passes, else the root."""
    (root,) = _content("policies.yml")["policies"]
    for route in root["routes"]:
        ((name, operator, value),) = route["object_matchers"]
        value_here = labels.get(name, "")
        if value_here == value if operator == "=" else value_here in value.split("|"):
            return dict(route)
    return dict(root)


def test_every_receiver_is_a_contact_point() -> None:
    """A policy that names no contact point stops Grafana from starting."""
    named = {point["name"] for point in _content("contact-points.yml")["contactPoints"]}
    (root,) = _content("policies.yml")["policies"]
    assert {root["receiver"], *(route["receiver"] for route in root["routes"])} <= named


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_alerts_go_where_they_belong(alert: Alert) -> None:
    """A retrain goes to the relay, grouped by model alone; everything else goes to people."""
    route = _route({"alertname": alert.name, "model": "digits", **alert.labels})
    retrain = alert.labels.items() >= RETRAIN.items()
    assert route["receiver"] == (notification.RELAY if retrain else notification.PEOPLE)
    assert not retrain or route["group_by"] == ["model"]


@pytest.mark.parametrize("name", NO_EVIDENCE)
def test_what_could_not_be_read_goes_to_people(name: str) -> None:
    """Grafana's own alerts carry a retrain's labels and still go to people, not to the relay."""
    assert _route({"alertname": name, **RETRAIN})["receiver"] == notification.PEOPLE


def test_the_relay_knows_the_signature() -> None:
    """The header that Grafana signs in is the one that the relay reads, and no time is signed."""
    point = _content("contact-points.yml")["contactPoints"][0]["receivers"][0]
    fields = Settings.model_fields
    signed = point["settings"]["hmacConfig"]
    assert signed["header"] == fields["signature_header"].default
    assert signed.get("timestampHeader") == fields["timestamp_header"].default


def test_the_mute_timing_is_off() -> None:
    """The example of a maintenance window holds nothing back until somebody names it."""
    (timing,) = _content("mute-timings.yml")["muteTimes"]
    assert timing["name"] == notification.MAINTENANCE
    assert notification.MAINTENANCE not in (ROOT / ALERTING / "policies.yml").read_text("utf-8")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Nothing to do.", "Nothing to do."),
        ("It is {{ $value | humanize }} a day.", "It is {{ $values.A.Value | humanize }} a day."),
        ('One. Two {{ with query "x. y" }}{{ . }}{{ end }}. Three.', "One."),
        ("A. B {{ with printf 'x{a=1}' $labels.a | query }}{{ . }}{{ end }}.", "A."),
        ('{{ $labels.a }} of {{ query "x" }}.', ""),
    ],
)
def test_templates_are_grafanas(text: str, expected: str) -> None:
    """Values are named by their query; what would ask Prometheus while rendering is left out."""
    assert in_grafana(text) == expected


BROKEN: list[tuple[str, str, Any, str]] = [
    ("uid", "uid", "x" * 41, "uid"),
    ("another key", "keep_firing_for", "5m", "keep_firing_for"),
    ("snake case", "no_data_state", "OK", "no_data_state"),
    ("no threshold", "condition", "A", "no threshold"),
    ("a dollar in a label", "labels", {"severity": "$x", "action": "page"}, "severity"),
    ("shorter than the interval", "for", "5s", "under the interval"),
]


@pytest.mark.parametrize("field, value, said", [one[1:] for one in BROKEN], ids=lambda one: "")
def test_a_broken_rule_is_found(field: str, value: Any, said: str) -> None:
    """What Grafana drops in silence, or does not start with, is an error that names it."""
    content = _content("rules.yml")
    content["groups"][0]["rules"][0][field] = value
    with pytest.raises(ValidationError, match=said):
        schemas.Rules.model_validate(content)


def test_an_odd_interval_is_found() -> None:
    """Grafana evaluates every 10 seconds, and does not start with a pace between."""
    content = _content("rules.yml")
    content["groups"][0]["interval"] = "15s"
    with pytest.raises(ValidationError, match="multiple of 10s"):
        schemas.Rules.model_validate(content)


def test_a_secret_in_the_open_is_found() -> None:
    """The secret of the signature is read from a file, not written here."""
    content = _content("contact-points.yml")
    content["contactPoints"][0]["receivers"][0]["settings"]["hmacConfig"]["secret"] = "s3cret"
    with pytest.raises(ValidationError, match="hmacConfig"):
        schemas.ContactPoints.model_validate(content)


def test_matchers_on_the_root_are_found() -> None:
    """The root of the policies takes no matchers."""
    content = _content("policies.yml")
    content["policies"][0]["object_matchers"] = [["action", "=", "page"]]
    with pytest.raises(ValidationError, match="object_matchers"):
        schemas.Policies.model_validate(content)
