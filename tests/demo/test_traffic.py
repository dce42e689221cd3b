"""The demo's clients count what they see."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from demo.traffic import Pool, Traffic
from perennial.kinds.outputs.classes import ClassesOutput


class FakeService(BaseHTTPRequestHandler):
    """Says '1' to everything, remembers the labels it is sent, and can be made to fail."""

    labels: list[str] = []
    status = 200
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer a prediction or a label."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/feedback":
            type(self).labels.append(body["label"])
        prediction = {
            "label": "1",
            "confidence": 0.9,
            "model_version": "1.0.0",
            "prediction_id": "a",
        }
        answer = json.dumps({"predictions": [prediction]}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a fresh fake service."""
    FakeService.labels, FakeService.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeService)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


OUTPUT = ClassesOutput(labels=("1", "2", "7"))


def _pool(truth: list[str], sent: list[str], *, once: bool = False) -> Pool:
    return Pool([[0]] * len(truth), truth, sent, [0.1] * len(truth), once)


def _send(url: str, pool: Pool, *, seconds: float) -> Traffic:
    traffic = Traffic(url, OUTPUT, rate=50)
    traffic.start(pool)
    time.sleep(seconds)
    traffic.stop()
    return traffic


def test_the_score_is_against_the_truth_and_labels_are_what_labellers_send(service: str) -> None:
    """Scrambled labels reach the service but do not change what the demo calls accuracy."""
    traffic = _send(service, _pool(["1", "2"], sent=["7", "7"]), seconds=1.0)
    assert traffic.score() == pytest.approx(0.5, abs=0.05)
    assert set(FakeService.labels) == {"7"}
    assert traffic.failed == 0


def test_the_rate_is_kept(service: str) -> None:
    """Fifty a second for a second is about fifty."""
    assert 35 <= _send(service, _pool(["1"], sent=["1"]), seconds=1.0).sent <= 60


def test_an_answer_that_is_no_success_counts_as_failed(service: str) -> None:
    """The failure keeps the status for the message."""
    FakeService.status = 503
    traffic = _send(service, _pool(["1"], sent=["1"]), seconds=0.5)
    assert traffic.failed == traffic.sent > 0
    assert "/predict: 503" in traffic.failures[0]


def test_a_service_that_is_away_counts_as_failed() -> None:
    """A refused connection is a failed request, not a crash."""
    traffic = _send("http://127.0.0.1:9", _pool(["1"], sent=["1"]), seconds=0.3)
    assert traffic.failed == traffic.sent > 0


def _until(holds: Callable[[], bool]) -> None:
    """Wait, for as long as a busy machine may need."""
    deadline = time.monotonic() + 20
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert holds()


def test_rows_wait_while_they_are_held(service: str) -> None:
    """Labels of rows that were sent come meanwhile, and afterwards the next rows."""
    traffic = Traffic(service, OUTPUT, rate=50)
    traffic.start(_pool(["1"], sent=["1"]))
    _until(lambda: traffic.sent > 5)
    with traffic.held():
        time.sleep(0.2)  # one may have been on its way
        sent = traffic.sent
        _until(lambda: len(FakeService.labels) == sent)
        assert traffic.sent == sent
    _until(lambda: traffic.sent > sent)
    traffic.stop()


def test_a_history_is_sent_once(service: str) -> None:
    """The traffic ends with the last row, after its label."""
    traffic = _send(service, _pool(["1"] * 5, sent=["2"] * 5, once=True), seconds=0.8)
    assert traffic.ended and traffic.sent == 5
    assert sorted(answer.row for answer in traffic.answers) == [0, 1, 2, 3, 4]
    assert FakeService.labels == ["2"] * 5
