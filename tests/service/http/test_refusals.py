"""Every request that is refused for its sender, its size or its time is counted by its status."""

from pathlib import Path

from tests import raw_client
from tests.service import fakes
from tests.service.fakes import IMAGE, Running


def refused(service: Running, status: int) -> float:
    """Return how many requests were refused with a status."""
    return service.metric("service_requests_refused_total", status=str(status))


def test_requests_that_are_too_large_are_counted(tmp_path: Path) -> None:
    """Of both routes that read a body, for its bytes or its rows; a good one is not."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, max_body_bytes=2000, max_instances=2)) as service:
        service.predict()
        assert refused(service, 413) == 0
        for path, body in (("/predict", "x" * 2001), ("/feedback", "x" * 2001)):
            assert service.client.post(path, content=body).status_code == 413
        assert refused(service, 413) == 2
        answer = service.client.post("/predict", json={"instances": [IMAGE] * 3})
        assert answer.status_code == 413 and refused(service, 413) == 3


def test_a_text_of_ten_megabytes_is_refused_by_its_length(tmp_path: Path) -> None:
    """Before anything of it is read as JSON."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path)) as service:
        answer = service.client.post("/predict", json={"instances": ["x" * 10_000_000]})
    assert answer.status_code == 413
    expected = "body: got 10000018 bytes, expected at most 1048576 bytes"
    assert answer.json()["error"]["message"] == expected


def test_a_request_that_is_given_up_is_counted(tmp_path: Path) -> None:
    """One that is not complete in time never reaches a route."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, request_seconds=0.2)) as service:
        assert refused(service, 408) == 0
        port = service.client.base_url.port
        assert port is not None
        answer = raw_client.exchange(port, b"POST /predict HTTP/1.1\r\n")
        assert raw_client.status(answer) == 408 and refused(service, 408) == 1
