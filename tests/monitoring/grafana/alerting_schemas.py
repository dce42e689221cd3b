"""Grafana's alerting files as we know them: unknown keys, which Grafana drops, are errors.

Source: Grafana's documentation of file provisioning and pkg/services/provisioning/alerting, 12 to
13; the rules that stop Grafana from starting are validators here.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from monitoring.thresholds import seconds
from tests.monitoring.grafana.schemas import Strict, Text, Uid, Variable

Duration = Annotated[str, Field(pattern=r"^(0s|[1-9]\d*[smhdw])$")]
Organisation = Annotated[int, Field(ge=1)]
SecretFile = Annotated[str, Field(pattern=r"^\$__file\{/[\w/.-]+\}$")]
# A dollar that Grafana would take for a variable.
LONE_DOLLAR = re.compile(r"(?<!\$)(?:\$\$)*\$(?!\$)")


class Plain(Strict):
    """Texts in which Grafana fills variables in, and in which we want none."""

    @model_validator(mode="after")
    def _no_variable(self) -> "Plain":
        for text in _texts(self.model_dump()):
            if LONE_DOLLAR.search(text):
                raise ValueError(f"{text!r} has a single $, expected $$")
        return self


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.items() for text in _texts(list(part))]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


class Range(Strict):
    """Seconds before now."""

    from_: Annotated[int, Field(alias="from", ge=0)]
    to: Literal[0]


class Source(Strict):
    """The data source of an expression."""

    type: Literal["__expr__"]
    uid: Literal["__expr__"]


class Evaluator(Strict):
    """How a value is compared."""

    type: Literal["gt", "lt"]
    params: Annotated[list[int], Field(min_length=1, max_length=1)]


class Condition(Strict):
    """One comparison."""

    evaluator: Evaluator


class PrometheusModel(Strict):
    """A query."""

    refId: Text
    expr: Text
    instant: Literal[True]
    range: Literal[False]


class ThresholdModel(Strict):
    """A threshold on another query."""

    refId: Text
    type: Literal["threshold"]
    datasource: Source
    expression: Text
    conditions: Annotated[list[Condition], Field(min_length=1, max_length=1)]


class Data(Strict):
    """A query or an expression of a rule."""

    refId: Text
    relativeTimeRange: Range
    datasourceUid: Uid
    model: PrometheusModel | ThresholdModel

    @model_validator(mode="after")
    def _agrees(self) -> "Data":
        if self.model.refId != self.refId:
            raise ValueError(f"model.refId is {self.model.refId!r}, expected {self.refId!r}")
        if isinstance(self.model, ThresholdModel) != (self.datasourceUid == "__expr__"):
            raise ValueError(f"a {type(self.model).__name__} asks {self.datasourceUid!r}")
        return self


class Labels(Plain):
    """Labels of a rule."""

    severity: Literal["warning", "critical"]
    action: Literal["retrain", "page"]
    signal: Literal["labels", "inputs"] | None = None


class Annotations(Strict):
    """What a person reads; Grafana fills in variables only where they have braces."""

    summary: Text
    description: Text
    runbook_url: Text
    dashboard: Text
    dashboardUid: Annotated[Uid, Field(alias="__dashboardUid__")]
    panelId: Annotated[str, Field(alias="__panelId__", pattern=r"^\d+$")]

    @model_validator(mode="after")
    def _renders(self) -> "Annotations":
        for text in _texts(self.model_dump()):
            if "${" in text:
                raise ValueError(f"{text!r}: Grafana fills in ${{...}} when it reads the file")
            if re.search(r"\$value\b|\bquery\b", text):
                raise ValueError(f"{text!r}: Grafana's templates have neither $value nor query")
            if text.count("{{") != text.count("}}"):
                raise ValueError(f"{text!r}: braces do not match")
        return self


class Rule(Strict):
    """One alert rule."""

    uid: Uid
    title: Text
    condition: Text
    data: Annotated[list[Data], Field(min_length=2)]
    noDataState: Literal["NoData", "Alerting", "OK", "KeepLast"]
    execErrState: Literal["Error", "Alerting", "OK", "KeepLast"]
    for_: Annotated[Duration, Field(alias="for")]
    labels: Labels
    annotations: Annotations
    isPaused: Literal[False]

    @model_validator(mode="after")
    def _condition_is_a_threshold(self) -> "Rule":
        by_name = {one.refId: one for one in self.data}
        last = by_name.get(self.condition)
        if last is None or not isinstance(last.model, ThresholdModel):
            raise ValueError(f"condition {self.condition!r} is no threshold among {list(by_name)}")
        if last.model.expression not in by_name:
            raise ValueError(f"expression {last.model.expression!r} is none of {list(by_name)}")
        return self


class Group(Strict):
    """Rules evaluated together."""

    orgId: Organisation
    name: Text
    folder: Text
    interval: Duration
    rules: Annotated[list[Rule], Field(min_length=1)]

    @model_validator(mode="after")
    def _interval(self) -> "Group":
        pace = seconds(self.interval)
        if pace % 10:
            raise ValueError(f"interval is {self.interval}, expected a multiple of 10s")
        for rule in self.rules:
            if rule.for_ != "0s" and seconds(rule.for_) < pace:
                raise ValueError(f"{rule.title}: for {rule.for_} is under the interval's {pace}s")
        return self


class Rules(Strict):
    """alerting/rules.yml."""

    apiVersion: Literal[1]
    groups: Annotated[list[Group], Field(min_length=1)]


class Hmac(Strict):
    """How a webhook is signed."""

    secret: SecretFile
    header: Text


class Webhook(Strict):
    """Settings of the relay's contact point; `url` is not stored as a secret."""

    url: Variable
    httpMethod: Literal["POST"]
    hmacConfig: Hmac


class People(Strict):
    """Settings for `email` (addresses) and `slack` (url, which Grafana stores as a secret)."""

    addresses: Variable
    url: Variable
    singleEmail: bool


class Receiver(Strict):
    """One way to tell somebody; `disableResolveMessage` stands beside `settings`, not in them."""

    uid: Uid
    type: Literal["webhook", "$PERENNIAL_PEOPLE_TYPE"]
    disableResolveMessage: bool
    settings: Webhook | People


class ContactPoint(Strict):
    """A named list of receivers."""

    orgId: Organisation
    name: Text
    receivers: Annotated[list[Receiver], Field(min_length=1)]


class ContactPoints(Strict):
    """alerting/contact-points.yml."""

    apiVersion: Literal[1]
    contactPoints: list[ContactPoint]


Matcher = Annotated[list[str], Field(min_length=3, max_length=3)]


class Route(Plain):
    """A branch of the policy."""

    receiver: Text
    object_matchers: Annotated[list[Matcher], Field(min_length=1)]
    group_by: list[Text]
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    mute_time_intervals: list[Text] = []


class Root(Plain):
    """The one policy of an organisation, which takes no matchers."""

    orgId: Organisation
    receiver: Text
    group_by: list[Text]
    group_wait: Duration
    group_interval: Duration
    repeat_interval: Duration
    routes: list[Route]


class Policies(Strict):
    """alerting/policies.yml."""

    apiVersion: Literal[1]
    policies: Annotated[list[Root], Field(min_length=1, max_length=1)]


class Times(Strict):
    """From and to, in a day."""

    start_time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    end_time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]


class Interval(Strict):
    """When a mute timing holds."""

    times: list[Times]
    weekdays: list[Text]
    location: Text


class MuteTiming(Strict):
    """A named list of intervals."""

    orgId: Organisation
    name: Text
    time_intervals: list[Interval]


class MuteTimings(Strict):
    """alerting/mute-timings.yml."""

    apiVersion: Literal[1]
    muteTimes: list[MuteTiming]
