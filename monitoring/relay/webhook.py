"""What Alertmanager and Grafana send, and which incidents it speaks of."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import from_json

from monitoring.relay.errors import Malformed, Refused
from monitoring.relay.policy import Signal
from perennial import validation
from perennial.texts import STORABLE, storable
from perennial.errors import InvalidField

RETRAIN = "retrain"
# Grafana raises these in a rule's name, with its labels, where the rule itself could not be read.
NO_EVIDENCE = ("DatasourceNoData", "DatasourceError")
# Times that every zone has: the first and the last years of the calendar fail in some.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _storable(text: str) -> str:
    if not storable(text):
        raise InvalidField("", text, STORABLE)
    return text


def _in_range(time: datetime) -> bool:
    return EARLIEST <= time <= LATEST


def _checked(time: datetime) -> datetime:
    if not _in_range(time):
        raise InvalidField("", time.isoformat(), f"a time from {EARLIEST:%Y} to {LATEST:%Y}")
    return time


# Text that every database stores.
Text = Annotated[str, AfterValidator(_storable)]


def alert_key(labels: Mapping[str, str]) -> str:
    """Return what tells an alert from the others of its model."""
    return f"{labels.get('alertname', '')} {labels.get('version', '')}".strip()


def signal_of(labels: Mapping[str, str]) -> Signal:
    """Return what an alert is measured with; one that does not say counts as a measured fall."""
    return Signal.INPUTS if labels.get("signal") == Signal.INPUTS else Signal.LABELS


class Alert(BaseModel):
    """One alert of a webhook; further fields are the sender's own."""

    model_config = ConfigDict(frozen=True)

    status: Literal["firing", "resolved"]
    labels: dict[Text, Text]
    startsAt: Annotated[AwareDatetime, AfterValidator(_checked)]
    # Year 1 while it fires; Alertmanager and Grafana set it when it resolves.
    endsAt: AwareDatetime | None = None

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.labels.get("alertname", "")

    @property
    def version(self) -> str:
        """The model's version that drifts; empty where the alert names none."""
        return self.labels.get("version", "")

    @property
    def key(self) -> str:
        """What tells it from other alerts of its model."""
        return alert_key(self.labels)

    @property
    def signal(self) -> Signal:
        """What it is measured with."""
        return signal_of(self.labels)


class Webhook(BaseModel):
    """A group of alerts: the shape that Alertmanager and Grafana share."""

    model_config = ConfigDict(frozen=True)

    groupKey: Annotated[Text, Field(min_length=1)]
    alerts: Annotated[tuple[Alert, ...], Field(min_length=1)]
    # Alerts that the sender left out, as its setting `max_alerts` or `maxAlerts` says.
    truncatedAlerts: int = 0


def schema() -> dict[str, Any]:
    """Return the JSON schema of a webhook, for the documentation of the API."""
    whole = Webhook.model_json_schema()
    alert = whole.pop("$defs")["Alert"]
    whole["properties"]["alerts"]["items"] = alert
    return whole


@dataclass(frozen=True)
class Candidate:
    """What a webhook says of one model: it drifts, where `started` is not None.

    resolved: from when to when a retrain alert was firing that has resolved; it starts nothing.
    versions: of the model, as the alerts name them.  firing: the signal of each alert; where it has
    resolved, what it was.
    """

    model: str
    group_key: str
    alerts: tuple[str, ...]
    started: datetime | None = None
    resolved: tuple[datetime, datetime] | None = None
    ignored: str = ""
    versions: tuple[str, ...] = ()
    firing: Mapping[str, Signal] = field(default_factory=dict)

    @property
    def incident(self) -> str | None:
        """The incident's id: the same for every repeat of the same group, version and start."""
        if self.started is None:
            return None
        return incident_id(self.model, self.group_key, self.started, *self.versions)


def incident_id(model: str, group_key: str, started: datetime, *versions: str) -> str:
    """Return 12 hexadecimal digits that name an incident.

    >>> incident_id("digits", "{}", datetime(2026, 11, 1, tzinfo=UTC))
    'c5e65600f4f0'
    """
    text = json.dumps([model, group_key, started.astimezone(UTC).isoformat(), *versions])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def parse(body: bytes) -> Webhook:
    """Return the webhook in a request's body.

    Raises Malformed where it is not JSON, Refused where a field is missing or wrong.
    """
    try:
        document = from_json(body)
    except ValueError as error:
        raise Malformed("body", body[:60].decode(errors="replace"), f"JSON ({error})") from error
    try:
        return Webhook.model_validate(document)
    except ValidationError as error:
        problem = validation.first(error)
        raise Refused(problem.field("body"), problem.value, problem.expected) from error


def candidates(webhook: Webhook, models: Collection[str]) -> list[Candidate]:
    """Return a candidate per model and version that has a firing alert, and the alerts set aside.

    Raises Refused where retrain alerts fire and the relay knows the model of no alert.
    """
    asked = [alert for alert in webhook.alerts if _asks_retrain(alert)]
    if asked and not any(alert.labels.get("model") in models for alert in webhook.alerts):
        index = webhook.alerts.index(asked[0])
        value = asked[0].labels.get("model", validation.NOTHING)
        raise Refused(f"alerts.{index}.labels.model", value, _one_of(models))
    known = [alert for alert in asked if alert.labels.get("model") in models]
    return [*_firing(webhook, known), *_set_aside(webhook, models)]


def _one_of(models: Collection[str]) -> str:
    return f"one of {', '.join(models)}"


def _is_retrain(alert: Alert) -> bool:
    return alert.labels.get("action") == RETRAIN and alert.name not in NO_EVIDENCE


def _asks_retrain(alert: Alert) -> bool:
    return _is_retrain(alert) and alert.status == "firing"


def _firing(webhook: Webhook, asked: list[Alert]) -> Iterator[Candidate]:
    for model, version in sorted({(alert.labels["model"], alert.version) for alert in asked}):
        mine = [
            alert for alert in asked if (alert.labels["model"], alert.version) == (model, version)
        ]
        names = tuple(sorted({alert.name for alert in mine}))
        started = min(alert.startsAt for alert in mine).astimezone(UTC)
        firing = {alert.key: alert.signal for alert in mine}
        yield Candidate(model, webhook.groupKey, names, started, versions=(version,), firing=firing)


def _set_aside(webhook: Webhook, models: Collection[str]) -> Iterator[Candidate]:
    for alert in webhook.alerts:
        model, resolved = alert.labels.get("model", ""), None
        if _asks_retrain(alert):
            if model in models:
                continue
            reason = f"model is {model!r}, expected {_one_of(models)}"
        elif alert.status == "resolved":
            reason, resolved = "resolved", _span(alert) if _is_retrain(alert) else None
        elif alert.name in NO_EVIDENCE:
            reason = f"{alert.name} is no evidence of drift"
        else:
            reason = f"action is {alert.labels.get('action')!r}, not {RETRAIN!r}"
        yield Candidate(
            model,
            webhook.groupKey,
            (alert.name,),
            resolved=resolved,
            ignored=reason,
            versions=(alert.version,),
            firing={alert.key: alert.signal},
        )


def _span(alert: Alert) -> tuple[datetime, datetime]:
    """Return from when to when a resolved alert was firing."""
    started = alert.startsAt.astimezone(UTC)
    if alert.endsAt is None or not _in_range(alert.endsAt):
        return started, started
    return started, max(started, alert.endsAt.astimezone(UTC))
