"""The prediction route, through a real server."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import bundles
from tests.service import fakes
from tests.service.fakes import IMAGE, Running

ROW = IMAGE[0]


def error(answer: httpx.Response) -> dict[str, Any]:
    """Return the error of an answer."""
    detail: dict[str, Any] = answer.json()["error"]
    return detail


def image(value: Any) -> list[list[Any]]:
    """Return a good image with one bad value at [0][1][2]."""
    rows = [list(row) for row in IMAGE]
    rows[1][2] = value
    return rows


def test_each_instance_gets_label_confidence_id_and_version(service: Running) -> None:
    """The answer has one prediction per instance, in order, as the model gives them."""
    instances = bundles.images(5, seed=3)
    predictions = service.predict(*instances.tolist())
    assert [set(p) for p in predictions] == [
        {"label", "confidence", "prediction_id", "model_version"}
    ] * 5
    assert len({p["prediction_id"] for p in predictions}) == 5
    assert {p["model_version"] for p in predictions} == {"1.0.0"}
    assert all(0.1 <= p["confidence"] <= 1 for p in predictions)
    alone = [service.predict(instance)[0]["label"] for instance in instances.tolist()]
    assert [p["label"] for p in predictions] == alone


def test_the_kserve_path_serves_the_same_model(service: Running) -> None:
    """A KServe v1 client finds the model under its name."""
    answer = service.client.post("/v1/models/digits:predict", json={"instances": [IMAGE]})
    assert answer.status_code == 200
    assert answer.json()["predictions"][0]["label"] == service.predict()[0]["label"]


def test_an_unknown_model_is_not_found(service: Running) -> None:
    """A name that does not serve answers 404 and says which one does."""
    answer = service.client.post("/v1/models/cats:predict", json={"instances": [IMAGE]})
    assert answer.status_code == 404
    assert error(answer)["field"] == "model"
    assert "'digits'" in error(answer)["message"]


@pytest.mark.parametrize(
    ("body", "field", "expected"),
    [
        pytest.param({"instances": []}, "instances", "at least one", id="empty list"),
        pytest.param({"instances": IMAGE[0][0]}, "instances", "a list", id="no list"),
        pytest.param({}, "instances", "missing", id="no field"),
        pytest.param([IMAGE], "body", "an object", id="no object"),
        pytest.param(
            {"instances": [IMAGE], "colour": 1}, "colour", "no such field", id="unknown field"
        ),
        pytest.param({"instances": [IMAGE, IMAGE[:7]]}, "instances[1]", "8 lists", id="rows"),
        pytest.param({"instances": [[*IMAGE[:7], ROW[:5]]]}, "instances[0][7]", "8", id="ragged"),
        pytest.param({"instances": [ROW]}, "instances[0][0]", "8 numbers", id="flat"),
        pytest.param({"instances": [image("1")]}, "instances[0][1][2]", "a number", id="string"),
        pytest.param({"instances": [image(True)]}, "instances[0][1][2]", "a number", id="bool"),
        pytest.param({"instances": [image(None)]}, "instances[0][1][2]", "a number", id="null"),
        pytest.param({"instances": [image([1])]}, "instances[0][1][2]", "a number", id="deep"),
        pytest.param({"instances": [image({})]}, "instances[0][1][2]", "a number", id="object"),
        pytest.param({"instances": [image(1e39)]}, "instances[0][1][2]", "finite", id="1e39"),
        pytest.param({"instances": [image(10**40)]}, "instances[0][1][2]", "finite", id="long"),
        pytest.param({"instances": [image(10**310)]}, "instances[0][1][2]", "finite", id="longer"),
        pytest.param({"instances": [1], "\ud83d": 1}, "\\ud83d", "no such field", id="half a name"),
        pytest.param(
            {"instances": [image(float("nan"))]}, "instances[0][1][2]", "finite", id="NaN"
        ),
        pytest.param(
            {"instances": [image(float("-inf"))]}, "instances[0][1][2]", "finite", id="infinity"
        ),
    ],
)
def test_wrong_contents_name_the_field(
    service: Running, body: object, field: str, expected: str
) -> None:
    """What does not fit the schema answers 422 with field, value and expectation."""
    answer = service.client.post("/predict", content=json.dumps(body))
    assert answer.status_code == 422
    assert error(answer)["field"] == field
    assert expected in error(answer)["expected"]
    assert error(answer)["value"] and error(answer)["message"].startswith(field)


def test_a_literal_that_overflows_is_infinite(service: Running) -> None:
    """1e999 is a number in JSON, but no finite one."""
    text = json.dumps({"instances": [image(0.25)]}).replace("0.25", "1e999")
    answer = service.client.post("/predict", content=text)
    assert answer.status_code == 422
    assert error(answer)["field"] == "instances[0][1][2]"
    assert error(answer)["value"] == "inf"


@pytest.mark.parametrize("body", [b"", b"{", b'{"instances": [[1,]]}', b"\xff\xfe", b"[" * 100_000])
def test_malformed_json_is_refused(service: Running, body: bytes) -> None:
    """What is no JSON answers 400."""
    answer = service.client.post("/predict", content=body)
    assert answer.status_code == 400
    assert error(answer)["field"] == "body"
    assert "JSON" in error(answer)["expected"]


@pytest.mark.parametrize("depth", [900, 1000, 1020])
@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_nesting_as_deep_as_a_parser_takes_is_refused(
    service: Running, depth: int, opening: str, closing: str
) -> None:
    """Neither the check nor the message of the error fails on it, wherever it stands."""
    deep = opening * depth + "1" + closing * depth
    for body in (f'{{"instances":[{deep}]}}', f'{{"instances":[1],"x":{deep}}}', deep):
        assert service.client.post("/predict", content=body).status_code in (400, 422)
    label = f'{{"prediction_id":"{"0" * 32}","label":{deep}}}'
    assert service.client.post("/feedback", content=label).status_code in (400, 422)


def test_too_many_instances_are_refused(tmp_path: Path) -> None:
    """A request over the limit of rows answers 413 with both numbers."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, max_instances=2)) as service:
        assert len(service.predict(IMAGE, IMAGE)) == 2
        answer = service.client.post("/predict", json={"instances": [IMAGE] * 3})
    assert answer.status_code == 413
    assert error(answer)["message"] == "instances: got 3 instances, expected at most 2"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_over_the_limit_is_refused(tmp_path: Path, streamed: bool) -> None:
    """A large body answers 413, whether its length is announced or not."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, max_body_bytes=1000)) as service:
        service.predict()
        body = json.dumps({"instances": [IMAGE] * 8}).encode()
        content = (body[i : i + 100] for i in range(0, len(body), 100)) if streamed else body
        answer = service.client.post("/predict", content=content)
    assert answer.status_code == 413
    assert error(answer)["field"] == "body"
    assert "1000 bytes" in error(answer)["expected"]


def test_a_streamed_body_within_the_limit_is_read(service: Running) -> None:
    """A body in many chunks predicts as a body in one."""
    body = json.dumps({"instances": [IMAGE]}).encode()
    parts = (body[i : i + 50] for i in range(0, len(body), 50))
    answer = service.client.post("/predict", content=parts)
    assert answer.json()["predictions"][0]["label"] == service.predict()[0]["label"]


def test_only_post_predicts(service: Running) -> None:
    """Another method answers 405 and names the right one."""
    answer = service.client.get("/predict")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert error(answer)["field"] == "method"


def test_without_a_bundle_the_client_is_told_to_wait(tmp_path: Path) -> None:
    """Before the first bundle /predict answers 503 in the common shape."""
    with fakes.running(fakes.settings(tmp_path)) as service:
        answer = service.client.post("/predict", json={"instances": [IMAGE]})
        assert service.metric("http_requests_total", handler="/predict", status="5xx") == 1
    assert answer.status_code == 503
    assert "no bundle is loaded" in error(answer)["message"]


def test_a_sane_request_id_is_echoed(service: Running) -> None:
    """A client's request id comes back; one that could forge a log line is replaced."""
    good = service.client.post("/predict", headers={"X-Request-ID": "order-7"}, content=b"{")
    bad = service.client.post("/predict", headers={"X-Request-ID": "a b"}, content=b"{")
    assert good.headers["x-request-id"] == "order-7"
    assert bad.headers["x-request-id"] not in ("a b", "")


def test_refused_requests_are_logged_and_good_ones_are_not(service: Running) -> None:
    """The log names the refused request by its id; an answered one costs no line."""
    service.predict()
    service.client.post("/predict", headers={"X-Request-ID": "bad-1"}, content=b"{")
    lines = [entry for entry in service.capture.entries if entry["event"] == "request"]
    assert [(line["request_id"], line["status"]) for line in lines] == [("bad-1", 400)]


def test_every_request_is_counted_by_status_and_latency(service: Running) -> None:
    """The prediction route appears in the same HTTP metrics as the others."""
    service.predict()
    service.client.post("/predict", content=b"{")
    service.client.get("/health")
    of = {"handler": "/predict", "method": "POST"}
    assert service.metric("http_requests_total", status="2xx", **of) == 1
    assert service.metric("http_requests_total", status="4xx", **of) == 1
    assert service.metric("http_request_duration_seconds_count", **of) == 2
    assert service.metric("http_requests_total", handler="/health", status="2xx") == 1
    assert service.metric("http_request_duration_highr_seconds_count") >= 3
