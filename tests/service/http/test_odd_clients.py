"""The service behind proxies, under probes, and with odd clients."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.raw_client import body, exchange, request, status
from tests.service import fakes, keys
from tests.service.fakes import IMAGE, Running

PREDICT = json.dumps({"instances": [IMAGE]}).encode()
JAVA = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ")
GETS = ("/health", "/ready", "/metrics", "/model", "/v1/models", "/v1/models/pets", "/docs")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that these tests only ask."""
    folder = tmp_path_factory.mktemp("served")
    fakes.deploy(folder, task="pets")
    with fakes.running(fakes.settings(folder)) as running:
        yield running


def _port(running: Running) -> int:
    return running.client.base_url.port or 0


@pytest.mark.parametrize("path", GETS)
def test_a_probe_may_ask_for_the_head_alone(served: Running, path: str) -> None:
    """HEAD is answered as GET is, without the body."""
    answer = exchange(_port(served), request("HEAD", path))
    assert status(answer) == served.client.get(path).status_code == 200
    assert body(answer) == b""


@pytest.mark.parametrize("path", [*GETS, "/predict", "/v1/models/pets:predict"])
def test_a_slash_at_the_end_changes_nothing(served: Running, path: str) -> None:
    """There is no redirection, which would lose a body."""
    method, content = ("POST", PREDICT) if "predict" in path else ("GET", b"")
    answer = exchange(_port(served), request(method, f"{path}/", content))
    assert status(answer) == 200 and body(answer)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/predict", "/v1/models/pets:predict", "/feedback"])
def test_other_methods_are_refused(served: Running, method: str, path: str) -> None:
    """The answer names the method that there is."""
    answer = exchange(_port(served), request(method, path))
    assert status(answer) == 405 and b"allow: POST" in answer


def test_a_client_that_offers_http_2_is_answered(served: Running) -> None:
    """The stock client of Java makes the offer with every first request."""
    answer = exchange(_port(served), request("POST", "/predict", PREDICT, *JAVA))
    prediction = json.loads(body(answer))["predictions"][0]
    given = {"prediction_id": prediction["prediction_id"], "label": prediction["label"]}
    label = json.dumps(given).encode()
    assert status(exchange(_port(served), request("POST", "/feedback", label, *JAVA))) == 201


@pytest.mark.parametrize("path", ["/predict", "/feedback"])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x-gzip, gzip"])
def test_a_compressed_body_is_refused_by_name(served: Running, path: str, coding: str) -> None:
    """It is no malformed JSON; `identity` is no compression."""
    header = {"Content-Encoding": coding}
    answer = served.client.post(path, content=gzip.compress(PREDICT), headers=header)
    assert answer.status_code == 415
    assert answer.json()["error"]["field"] == "Content-Encoding"
    plain = served.client.post(
        "/predict", content=PREDICT, headers={"Content-Encoding": "identity"}
    )
    assert plain.status_code == 200


def test_models_are_listed_as_kserve_lists_them(served: Running, tmp_path: Path) -> None:
    """Without a bundle there is none."""
    assert served.client.get("/v1/models").json() == {"models": ["pets"]}
    with fakes.running(fakes.settings(tmp_path)) as empty:
        assert empty.client.get("/v1/models").json() == {"models": []}


@pytest.mark.parametrize("prefix", ["/model", "/health", "/predict"])
def test_a_prefix_may_be_the_name_of_a_route(tmp_path: Path, prefix: str) -> None:
    """The route is found with the prefix and without."""
    chosen = fakes.settings(tmp_path, root_path=prefix, keys_file=keys.full(tmp_path))
    with fakes.running(chosen) as service:
        for path in ("/health", f"{prefix}/health"):
            assert service.client.get(path).json() == {"status": "alive"}


@pytest.mark.parametrize("prefix", ["/v1", "pets", "/pets/", "/"])
def test_a_prefix_that_could_not_be_told_from_a_path_is_refused(prefix: str) -> None:
    """As at the start of the service."""
    with pytest.raises(ValidationError, match="root_path"):
        fakes.settings(Path(), root_path=prefix)


@pytest.mark.parametrize("prefix", ["", "/perennial/pets"])
def test_behind_a_proxy_the_prefix_may_be_sent_or_not(tmp_path: Path, prefix: str) -> None:
    """Some proxies drop it, others do not; the documentation links to paths with it."""
    fakes.deploy(tmp_path, task="pets")
    chosen = fakes.settings(tmp_path, root_path="/perennial/pets", keys_file=keys.full(tmp_path))
    with fakes.running(chosen) as service:
        service.client.headers.update(keys.bearer("all"))
        assert service.client.post(f"{prefix}/predict", content=PREDICT).status_code == 200
        assert service.client.get(f"{prefix}/ready").status_code == 200
        kserve = service.client.post(f"{prefix}/v1/models/pets:predict", content=PREDICT)
        assert kserve.status_code == 200
        assert "/perennial/pets/openapi.json" in service.client.get(f"{prefix}/docs").text
        described = service.client.get(f"{prefix}/openapi.json").json()
        assert described["servers"] == [{"url": "/perennial/pets"}]
        assert service.client.get("/perennial/petsy/ready").status_code == 404
