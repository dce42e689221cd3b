"""Provisioning files: only keys that Grafana reads, and references that resolve."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from monitoring.grafana.generated_files import DASHBOARDS
from monitoring.grafana.generated_files import ROOT as GRAFANA
from monitoring.grafana.generated_files import generated
from monitoring.grafana.variables import DATASOURCE_UID
from monitoring.thresholds import Thresholds
from tests.monitoring.grafana import alerting_schemas, schemas

ROOT = Path(__file__).parents[3]
SCHEMAS: dict[str, type[schemas.Strict]] = {
    "provisioning/datasources/prometheus.yml": schemas.Datasources,
    "provisioning/dashboards/perennial.yml": schemas.Providers,
    "alerting/rules.yml": alerting_schemas.Rules,
    "alerting/contact-points.yml": alerting_schemas.ContactPoints,
    "alerting/policies.yml": alerting_schemas.Policies,
    "alerting/mute-timings.yml": alerting_schemas.MuteTimings,
}


def _content(name: str) -> dict[str, Any]:
    text = (ROOT / GRAFANA / name).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_has_only_keys_that_grafana_reads(name: str) -> None:
    """Every key is known, every value of its type and within Grafana's rules; nothing is lost."""
    read = SCHEMAS[name].model_validate(_content(name))
    assert read.model_dump(by_alias=True, exclude_unset=True) == _content(name)


def test_every_provisioning_file_has_a_schema() -> None:
    """No file is left unchecked."""
    made = {
        str(path.relative_to(GRAFANA))
        for path in generated(Thresholds())
        if not path.is_relative_to(DASHBOARDS)
    }
    assert made == set(SCHEMAS)


def test_an_unknown_key_is_found() -> None:
    """A key that Grafana would drop without a word is an error here."""
    content = _content("provisioning/datasources/prometheus.yml")
    content["datasources"][0]["jsondata"] = {}
    with pytest.raises(ValidationError, match="jsondata"):
        schemas.Datasources.model_validate(content)


def test_two_defaults_are_found() -> None:
    """Two default data sources stop Grafana from starting."""
    content = _content("provisioning/datasources/prometheus.yml")
    content["datasources"] *= 2
    with pytest.raises(ValidationError, match="expected one"):
        schemas.Datasources.model_validate(content)


def test_the_data_source_is_the_one_that_dashboards_ask() -> None:
    """The uid in the data source's file is the dashboards' first choice."""
    assert (
        _content("provisioning/datasources/prometheus.yml")["datasources"][0]["uid"]
        == DATASOURCE_UID
    )


def test_every_variable_is_explained() -> None:
    """The variables of all files are those that the README lists."""
    used = {
        name
        for file in SCHEMAS
        for name in re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", yaml.safe_dump(_content(file)))
    }
    listed = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "grafana/README.md").read_text(), re.M))
    assert used == listed
