"""Grafana's provisioning files as we know them: an unknown key, which Grafana drops, is an error.

Source: Grafana's documentation of file provisioning and pkg/services/provisioning, 12 to 13.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Uid = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Variable = Annotated[str, Field(pattern=r"^\$[A-Z][A-Z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """No key but those named, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class PrometheusOptions(Strict):
    """`jsonData` of a Prometheus."""

    httpMethod: Literal["GET", "POST"]
    prometheusType: Literal["Prometheus", "Mimir", "Cortex", "Thanos"]
    timeInterval: Annotated[str, Field(pattern=r"^\d+[sm]$")]
    manageAlerts: bool


class Datasource(Strict):
    """One data source."""

    name: Text
    uid: Uid
    type: Literal["prometheus"]
    access: Literal["proxy"]
    orgId: Annotated[int, Field(ge=1)]
    url: Variable
    isDefault: bool
    editable: bool
    jsonData: PrometheusOptions


class Datasources(Strict):
    """provisioning/datasources/*.yml."""

    apiVersion: Literal[1]
    datasources: list[Datasource]

    @model_validator(mode="after")
    def _one_default(self) -> "Datasources":
        defaults = [source.name for source in self.datasources if source.isDefault]
        if len(defaults) != 1:
            raise ValueError(f"defaults are {defaults}, expected one: two stop Grafana at start")
        return self


class ProviderOptions(Strict):
    """Where dashboards lie."""

    path: Variable
    foldersFromFilesStructure: bool


class Provider(Strict):
    """One folder of dashboards."""

    name: Text
    orgId: Annotated[int, Field(ge=1)]
    folder: Text
    folderUid: Uid
    type: Literal["file"]
    disableDeletion: bool
    allowUiUpdates: bool
    updateIntervalSeconds: Annotated[int, Field(gt=0)]
    options: ProviderOptions


class Providers(Strict):
    """provisioning/dashboards/*.yml."""

    apiVersion: Literal[1]
    providers: list[Provider]
