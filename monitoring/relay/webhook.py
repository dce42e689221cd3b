"""What Alertmanager and Grafana send, and which incidents it speaks of."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from monitoring.relay.errors import Malformed, Refused
from perennial import validation

RETRAIN = "retrain"
# Grafana raises these in a rule's name, with its labels, where the rule itself could not be read.
NO_EVIDENCE = ("DatasourceNoData", "DatasourceError")


class Alert(BaseModel):
    """One alert of a webhook; further fields are the sender's own."""

    model_config = ConfigDict(frozen=True)

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    startsAt: AwareDatetime

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.labels.get("alertname", "")


class Webhook(BaseModel):
    """A group of alerts: the shape that Alertmanager and Grafana share."""

    model_config = ConfigDict(frozen=True)

    groupKey: Annotated[str, Field(min_length=1)]
    alerts: Annotated[tuple[Alert, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Candidate:
    """What a webhook says of one model: an incident, where `started` is not None."""

    model: str
    group_key: str
    alerts: tuple[str, ...]
    started: datetime | None = None
    ignored: str = ""

    @property
    def incident(self) -> str | None:
        """The incident's id: the same for every repeat of the same group and start."""
        if self.started is None:
            return None
        return incident_id(self.model, self.group_key, self.started)


def incident_id(model: str, group_key: str, started: datetime) -> str:
    """Return 12 hexadecimal digits that name an incident.

    >>> incident_id("digits", "{}", datetime(2026, 11, 1, tzinfo=UTC))
    'c5e65600f4f0'
    """
    text = json.dumps([model, group_key, started.astimezone(UTC).isoformat()])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def parse(body: bytes) -> Webhook:
    """Return the webhook in a request's body.

    Raises Malformed where it is not JSON, Refused where a field is missing or wrong.
    """
    try:
        document = json.loads(body)
    except ValueError as error:
        raise Malformed("body", body[:60].decode(errors="replace"), f"JSON ({error})") from error
    try:
        return Webhook.model_validate(document)
    except ValidationError as error:
        problem = validation.first(error)
        raise Refused(problem.field("body"), problem.value, problem.expected) from error


def candidates(webhook: Webhook, models: Collection[str]) -> list[Candidate]:
    """Return one candidate per model with a firing retrain alert, and the alerts set aside.

    Raises Refused where a retrain alert names no model, or one that the relay does not know.
    """
    for index, alert in enumerate(webhook.alerts):
        if _asks_retrain(alert) and alert.labels.get("model") not in models:
            value = alert.labels.get("model", validation.NOTHING)
            raise Refused(f"alerts.{index}.labels.model", value, f"one of {', '.join(models)}")
    return [*_firing(webhook), *_set_aside(webhook)]


def _asks_retrain(alert: Alert) -> bool:
    wanted = alert.labels.get("action") == RETRAIN and alert.name not in NO_EVIDENCE
    return wanted and alert.status == "firing"


def _firing(webhook: Webhook) -> Iterator[Candidate]:
    asked = [alert for alert in webhook.alerts if _asks_retrain(alert)]
    for model in sorted({alert.labels["model"] for alert in asked}):
        mine = [alert for alert in asked if alert.labels["model"] == model]
        names = tuple(sorted({alert.name for alert in mine}))
        started = min(alert.startsAt for alert in mine).astimezone(UTC)
        yield Candidate(model, webhook.groupKey, names, started)


def _set_aside(webhook: Webhook) -> Iterator[Candidate]:
    for alert in webhook.alerts:
        if _asks_retrain(alert):
            continue
        model = alert.labels.get("model", "")
        if alert.status == "resolved":
            reason = "resolved"
        elif alert.name in NO_EVIDENCE:
            reason = f"{alert.name} is no evidence of drift"
        else:
            reason = f"action is {alert.labels.get('action')!r}, not {RETRAIN!r}"
        yield Candidate(model, webhook.groupKey, (alert.name,), ignored=reason)
