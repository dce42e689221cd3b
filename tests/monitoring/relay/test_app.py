"""The relay over HTTP."""

import json
from pathlib import Path

import httpx
import pytest

from monitoring.relay.evidence import MOST_SIGNALS
from monitoring.relay.signature import sign
from tests.monitoring.relay.fakes import START, alert, webhook
from tests.monitoring.relay.parts import BEARER, SECRET, TIMESTAMP, Bench, bench

AUTHORISED = {"Authorization": f"Bearer {BEARER}"}


def _send(relay: Bench, body: bytes, headers: dict[str, str]) -> httpx.Response:
    with relay.client() as client:
        return client.post("/alerts", content=body, headers=headers)


def test_an_alert_of_alertmanager_is_accepted_and_triggered(tmp_path: Path) -> None:
    """The answer says what was decided; the worker does the rest."""
    relay, gitlab = bench(tmp_path)
    with relay.client() as client:
        answer = client.post("/alerts", content=webhook(), headers=AUTHORISED)
        (decided,) = answer.json()["decisions"]
        assert (answer.status_code, decided["decision"]) == (200, "accepted")
    assert decided["incident"] == relay.incident()["id"]
    assert relay.value("relay_webhooks_total", status="200") == 1
    assert relay.value("relay_decisions_total", decision="accepted") == 1
    relay.restart()
    relay.run(1)
    assert len(gitlab.made) == 1


def test_an_alert_of_grafana_is_accepted(tmp_path: Path) -> None:
    """The signature of timestamp and body opens the door."""
    relay, _ = bench(tmp_path)
    stamp = str(int(START.timestamp()))
    signature = sign(SECRET, f"{stamp}:".encode() + webhook())
    headers = {"X-Grafana-Alerting-Signature": signature, TIMESTAMP: stamp}
    assert _send(relay, webhook(), headers).status_code == 200


@pytest.mark.parametrize(
    "body, headers, status, field",
    [
        (webhook(), {}, 401, "Authorization"),
        (webhook(), {"Authorization": "Bearer wrong"}, 401, "Authorization"),
        (
            webhook(),
            {"X-Grafana-Alerting-Signature": "0" * 64, TIMESTAMP: str(int(START.timestamp()))},
            401,
            "X-Grafana-Alerting-Signature",
        ),
        (
            webhook(),
            {"X-Grafana-Alerting-Signature": sign(SECRET, b"1000:" + webhook()), TIMESTAMP: "1000"},
            401,
            TIMESTAMP,
        ),
        (b"{", AUTHORISED, 400, "body"),
        (b"{}", AUTHORISED, 422, "groupKey"),
        (webhook(alert(model="cats")), AUTHORISED, 422, "alerts.0.labels.model"),
        (b" " * 20_001, AUTHORISED, 413, "body"),
    ],
)
def test_a_bad_webhook_is_refused_by_name(
    tmp_path: Path, body: bytes, headers: dict[str, str], status: int, field: str
) -> None:
    """The answer names field, value and expectation, nothing is stored, and a metric counts it."""
    relay, _ = bench(tmp_path)
    answer = _send(relay, body, headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (status, field)
    assert error["expected"] and error["message"].startswith(f"{field}: got ")
    assert relay.decisions() == []
    assert relay.value("relay_webhooks_total", status=str(status)) == 1


def test_a_refusal_never_repeats_a_credential(tmp_path: Path) -> None:
    """Neither what was sent nor what was expected stands in the answer."""
    relay, _ = bench(tmp_path)
    answer = _send(relay, webhook(), {"Authorization": "Bearer almost-right"})
    assert "almost-right" not in answer.text and BEARER not in answer.text


def test_a_store_that_fails_is_answered_with_send_again(tmp_path: Path) -> None:
    """Without a durable row there is no 2xx, so the sender repeats."""
    relay, _ = bench(tmp_path)
    with relay.client() as client:
        with relay.store.transaction() as ledger:
            ledger._connection.exec_driver_sql("DROP TABLE relay_decisions")
        answer = client.post("/alerts", content=webhook(), headers=AUTHORISED)
        assert answer.status_code == 503
        assert client.get("/health").status_code == 503


def test_the_audit_is_readable(tmp_path: Path) -> None:
    """Every incident and every decision with its reason, as JSON, newest first."""
    relay, _ = bench(tmp_path)
    relay.intake.receive(webhook())
    relay.run(1)
    with relay.client() as client:
        document = json.loads(client.get("/incidents").text)
        assert client.get("/incidents?limit=0").status_code == 422
    (incident,) = document["incidents"]
    assert (incident["action"], incident["firing"]) == ("start", {"DataDrift 1.0.0": "labels"})
    assert incident["attempts"][0]["pipeline_url"] == "http://gitlab/1"
    decisions = [row["decision"] for row in document["decisions"]]
    assert decisions == ["triggered", "attempt", "accepted"]


def test_the_audits_page_says_that_not_all_signals_are_in_it(tmp_path: Path) -> None:
    """Nobody takes the names in `drifted` for all that drift."""
    relay, _ = bench(tmp_path)
    with relay.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
    about = " ".join(paths["/incidents"]["get"]["description"].split())
    assert f"the first {MOST_SIGNALS} of them by name, and there are more" in about


def test_health_and_metrics_answer(tmp_path: Path) -> None:
    """Health is 200 while the worker runs; every counter is there from the start."""
    relay, _ = bench(tmp_path)
    with relay.client() as client:
        assert client.get("/health").json() == {"status": "ok"}
        text = client.get("/metrics").text
    assert 'relay_decisions_total{decision="failed"} 0.0' in text
    assert 'relay_pipelines_triggered_total{model="news"} 0.0' in text


def test_a_worker_that_does_not_run_is_not_healthy(tmp_path: Path) -> None:
    """An orchestrator restarts a relay that accepts alerts and does nothing."""
    relay, _ = bench(tmp_path)
    with relay.client() as client:
        relay.worker.stop()
        assert client.get("/health").status_code == 503
