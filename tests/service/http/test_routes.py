"""Every route but the hot one, through a real server."""

from typing import Any

import httpx
import pytest

from tests.service.fakes import IMAGE, Running


def give(service: Running, prediction: dict[str, Any], label: str) -> httpx.Response:
    """Give a label for a prediction."""
    body = {"prediction_id": prediction["prediction_id"], "label": label}
    return service.client.post("/feedback", json=body)


def test_feedback_is_stored_counted_and_repeatable(service: Running) -> None:
    """A first label answers 201 and counts once in the confusion matrix; again, 200."""
    (prediction,) = service.predict()
    first, again = give(service, prediction, "7"), give(service, prediction, "7")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {
        "prediction_id": prediction["prediction_id"],
        "label": "7",
        "predicted": prediction["label"],
        "model_version": "1.0.0",
        "created": True,
    }
    cell = {"label": "7", "predicted": prediction["label"], "version": "1.0.0"}
    assert service.metric("model_feedback_total", **cell) == 1
    assert service.metric("model_feedback_total") == 1
    assert service.metric("model_feedback_delay_seconds_count") == 1
    assert 0 < service.metric("model_feedback_delay_seconds_sum") < 60
    total = service.metric("model_feedback_confidence_sum")
    assert total == pytest.approx(prediction["confidence"], abs=1e-6)
    assert service.metric("model_feedback_right_total") == float(prediction["label"] == "7")


def test_a_second_contradicting_label_conflicts(service: Running) -> None:
    """A label that differs from the first answers 409 and names both."""
    (prediction,) = service.predict()
    give(service, prediction, "7")
    answer = give(service, prediction, "8")
    assert answer.status_code == 409
    assert answer.json()["error"]["field"] == "label"
    assert "'7', the label already stored" in answer.json()["error"]["expected"]


def test_feedback_for_an_unknown_prediction_is_not_found(service: Running) -> None:
    """An id that was never answered answers 404 and is named."""
    answer = give(service, {"prediction_id": "f" * 32}, "7")
    assert answer.status_code == 404
    assert answer.json()["error"]["field"] == "prediction_id"
    assert "f" * 32 in answer.json()["error"]["value"]


def test_a_label_outside_the_set_is_refused(service: Running) -> None:
    """A label that the model cannot give answers 422 with the allowed ones."""
    (prediction,) = service.predict()
    answer = give(service, prediction, "eleven")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "label"
    assert "'0', '1'" in answer.json()["error"]["expected"]


ID = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("content", "status", "field"),
    [
        (b"{", 400, "body"),
        (b"[]", 422, "body"),
        (b'{"label": "7"}', 422, "prediction_id"),
        (b'{"prediction_id": "ID", "label": null}', 422, "label"),
        (b'{"prediction_id": "ID", "label": true}', 422, "label"),
        (b'{"prediction_id": "ID", "label": ["7"]}', 422, "label"),
        (b'{"prediction_id": "ID", "label": "' + b"7" * 201 + b'"}', 422, "label"),
        (b'{"prediction_id": "", "label": "7"}', 422, "prediction_id"),
        (b'{"prediction_id": "a", "label": "7"}', 422, "prediction_id"),
        (b'{"prediction_id": "\\u0000", "label": "7"}', 422, "prediction_id"),
        (b'{"prediction_id": "ID\\n", "label": "7"}', 422, "prediction_id"),
        (b'{"prediction_id": "ID", "label": "7", "colour": "red"}', 422, "colour"),
        (b'{"prediction_id": "ID", "label": "1", "label": "7"}', 422, "label"),
        (b'{"prediction_id": "ID", "label": 1, "label": ' + b"7" * 5000 + b"}", 422, "label"),
        (b'{"prediction_id": "ID", "label": "7:7"}', 404, "prediction_id"),
        (b'{"prediction_id": "ID", "label": "' + b"7" * 2_000_000 + b'"}', 413, "body"),
    ],
)
def test_bad_feedback_names_the_field(
    service: Running, content: bytes, status: int, field: str
) -> None:
    """What does not fit the schema of feedback is refused as predictions are."""
    answer = service.client.post("/feedback", content=content.replace(b"ID", ID.encode()))
    assert answer.status_code == status
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["message"].startswith(field)


def test_a_number_is_no_label_of_a_class(service: Running) -> None:
    """The labels of classes are texts: 7 is refused where "7" is meant."""
    body = {"prediction_id": service.predict()[0]["prediction_id"], "label": 7}
    answer = service.client.post("/feedback", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "label: got 7, expected a valid string"


def test_model_shows_manifest_digest_and_card(service: Running) -> None:
    """Whoever asks learns what serves and where it comes from."""
    model = service.client.get("/model").json()
    assert model["manifest"]["version"] == "1.0.0"
    assert model["manifest"]["output"]["labels"][0] == "0"
    assert len(model["digest"]) == 64
    assert model["card"].startswith("# digits")


def test_the_kserve_status_knows_its_model(service: Running) -> None:
    """A KServe v1 client can ask whether a model is ready."""
    assert service.client.get("/v1/models/digits").json() == {"name": "digits", "ready": True}
    assert service.client.get("/v1/models/cats").status_code == 404


def test_alive_and_ready(service: Running) -> None:
    """With a bundle and a database the service is ready."""
    assert service.client.get("/health").status_code == 200
    ready = service.client.get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/x", 404), ("PUT", "/model", 405)])
def test_a_route_that_is_not_there_has_the_common_shape(
    service: Running, method: str, path: str, status: int
) -> None:
    """A wrong path or method answers in the shape of every error."""
    answer = service.client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"field", "value", "expected", "message"}


def test_every_answer_has_a_request_id(service: Running) -> None:
    """A client's id is echoed on every route, and logged where the request is."""
    answer = service.client.get("/nowhere", headers={"X-Request-ID": "trace-1"})
    assert answer.headers["x-request-id"] == "trace-1"
    assert service.client.get("/health").headers["x-request-id"]
    lines = [entry for entry in service.capture.entries if entry.get("request_id") == "trace-1"]
    assert [(line["event"], line["status"]) for line in lines] == [("request", 404)]


def test_every_route_answers_under_uvicorn_with_the_instrumentator(service: Running) -> None:
    """Included routers answer 200 through the metrics middleware on a real server."""
    (prediction,) = service.predict(IMAGE)
    assert give(service, prediction, "1").status_code == 201
    for path in ("/health", "/ready", "/model", "/metrics", "/docs", "/openapi.json"):
        assert service.client.get(path).status_code == 200, path
    for path in ("/health", "/model", "/feedback"):
        assert service.metric("http_requests_total", handler=path, status="2xx") == 1


def test_the_documentation_covers_every_route(service: Running) -> None:
    """The prediction route is documented by hand; every reference in the document resolves."""
    text = service.client.get("/openapi.json").text
    document = service.client.get("/openapi.json").json()
    assert set(document["paths"]) == {
        "/predict",
        "/v1/models",
        "/v1/models/{name}:predict",
        "/v1/models/{name}",
        "/feedback",
        "/health",
        "/ready",
        "/model",
        "/metrics",
    }
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names and names <= set(document["components"]["schemas"])
    assert "413" in document["paths"]["/predict"]["post"]["responses"]
