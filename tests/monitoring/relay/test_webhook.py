"""Webhooks: what they say, and the message where they do not say it right."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.relay.errors import Malformed, Refused
from monitoring.relay.webhook import Candidate, candidates, parse
from tests.monitoring.relay.fakes import GROUP, START, alert, webhook

MODELS = ("digits", "news")


def _read(body: bytes) -> list[Candidate]:
    return candidates(parse(body), MODELS)


def test_the_earliest_start_of_the_firing_retrain_alerts_is_the_incidents() -> None:
    """Alerts that join later, resolved ones and pages do not move the start."""
    body = webhook(
        alert(started=START + timedelta(seconds=40)),
        alert(name="AccuracyDrop", started=START + timedelta(seconds=20)),
        alert(name="PredictionDrift", status="resolved", started=START),
        alert(name="ErrorsHigh", action="page", started=START),
    )
    first = _read(body)[0]
    assert first.started == START + timedelta(seconds=20)
    assert first.alerts == ("AccuracyDrop", "DataDrift")


def test_a_repeat_is_the_same_incident() -> None:
    """Group and start make the id, whatever else the webhook says."""
    once = _read(webhook(alert()))[0]
    again = _read(webhook(alert(name="AccuracyDrop", started=START + timedelta(hours=1)), alert()))
    assert once.incident == again[0].incident
    assert once.incident is not None and len(once.incident) == 12


def test_another_model_group_or_start_is_another_incident() -> None:
    """Each part of the id counts."""
    bodies = [
        webhook(alert()),
        webhook(alert(model="news")),
        webhook(alert(), group=GROUP + "x"),
        webhook(alert(started=START + timedelta(seconds=1))),
    ]
    assert len({_read(body)[0].incident for body in bodies}) == len(bodies)


def test_two_models_in_one_webhook_are_two_incidents() -> None:
    """A group that mixes models gives each its own."""
    found = _read(webhook(alert(), alert(model="news")))
    assert [candidate.model for candidate in found] == ["digits", "news"]


def test_nanoseconds_of_alertmanager_are_read() -> None:
    """Go's clocks have more digits than Python's."""
    one = alert() | {"startsAt": "2026-11-21T08:00:00.123456789Z"}
    started = _read(webhook(one))[0].started
    assert started == START + timedelta(microseconds=123456)


@pytest.mark.parametrize(
    "ignored, reason",
    [
        (alert(status="resolved"), "resolved"),
        (alert(action="page"), "action is 'page', not 'retrain'"),
        (alert(name="DatasourceNoData", model=None), "DatasourceNoData is no evidence of drift"),
    ],
)
def test_what_asks_for_nothing_is_set_aside_with_a_reason(
    ignored: dict[str, object], reason: str
) -> None:
    """Resolved alerts, pages and missing data are kept in the audit and start nothing."""
    (only,) = _read(webhook(ignored))
    assert (only.incident, only.ignored) == (None, reason)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"groupKey": ""}, "groupKey"),
        ({"groupKey": None}, "groupKey"),
        ({"alerts": []}, "alerts"),
        ({"alerts": {}}, "alerts"),
        ({"alerts": [alert() | {"status": "sleeping"}]}, "alerts.0.status"),
        ({"alerts": [alert() | {"startsAt": "yesterday"}]}, "alerts.0.startsAt"),
        ({"alerts": [alert() | {"startsAt": "2026-11-21T08:00:00"}]}, "alerts.0.startsAt"),
        ({"alerts": [alert(), alert() | {"labels": [1]}]}, "alerts.1.labels"),
        ({"alerts": [alert() | {"startsAt": "0001-01-01T00:00:00+14:00"}]}, "alerts.0.startsAt"),
        ({"alerts": [alert() | {"startsAt": "9999-12-31T23:59:59-14:00"}]}, "alerts.0.startsAt"),
        ({"groupKey": "a\0b"}, "groupKey"),
        ({"alerts": [alert(name="\0")]}, "alerts.0.labels.alertname"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], field: str) -> None:
    """The message has the path to the field."""
    document = json.loads(webhook()) | change
    with pytest.raises(Refused) as error:
        _read(json.dumps(document).encode())
    assert (error.value.field, error.value.status) == (field, 422)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"alerts=1"])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    """Such a body is the sender's mistake: 400."""
    with pytest.raises(Malformed, match="^body: got ") as error:
        parse(body)
    assert error.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"groupKey":' * 100_000,
        webhook().replace(b'"digits"', b'"\\ud83d"'),
        b"1" * 10_000,
    ],
    ids=["lists", "objects", "half a character", "digits"],
)
def test_json_that_parsers_choke_on_is_refused(body: bytes) -> None:
    """Deep nesting, characters that are none, and numbers without end are no failures of ours."""
    with pytest.raises(Refused, match="^[a-z]+: got ") as error:
        parse(body)
    assert error.value.status in (400, 422)


def test_unchecked_they_would_be_failures_of_ours() -> None:
    """Of Python's parser, of its times in another zone, and of the text that a database gets."""
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000)
    with pytest.raises(OverflowError):
        datetime.fromisoformat("0001-01-01T00:00:00+14:00").astimezone(UTC)
    with pytest.raises(UnicodeEncodeError):
        json.loads('"\\ud83d"').encode()


@pytest.mark.parametrize("ended", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", None])
def test_an_end_without_sense_is_the_start(ended: str | None) -> None:
    """Only the end of an alert that has resolved is looked at."""
    (only,) = _read(webhook(alert(status="resolved") | {"endsAt": ended}))
    assert only.resolved == (START, START)


@pytest.mark.parametrize("body", [b"[]", b"7", b"null"])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    """The message names the body."""
    with pytest.raises(Refused, match="^body: got "):
        parse(body)


@pytest.mark.parametrize("model, shown", [("cats", "'cats'"), (None, "nothing")])
def test_an_unknown_model_is_named(model: str | None, shown: str) -> None:
    """Where the relay knows none of the models, its setting is probably wrong."""
    with pytest.raises(Refused) as error:
        _read(webhook(alert(action="page", model="dogs"), alert(model=model)))
    expected = f"alerts.1.labels.model: got {shown}, expected one of digits, news"
    assert str(error.value) == expected
