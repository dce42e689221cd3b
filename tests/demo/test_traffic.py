"""The demo's clients count what they see."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from demo.shifts import SHIFTS
from demo.traffic import Pool, Traffic


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
        prediction = {"label": "1", "model_version": "1.0.0", "prediction_id": "a"}
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


def _pool(truth: list[int], sent: list[int]) -> Pool:
    return Pool(np.zeros((len(truth), 8, 8), np.float32), np.array(truth), np.array(sent))


def _send(url: str, pool: Pool, *, seconds: float) -> Traffic:
    traffic = Traffic(url, rate=50, label_delay=0.1)
    traffic.start(pool)
    time.sleep(seconds)
    traffic.stop()
    return traffic


def test_accuracy_is_against_the_truth_and_labels_are_what_labellers_send(service: str) -> None:
    """Scrambled labels reach the service but do not change what the demo calls accuracy."""
    traffic = _send(service, _pool([1, 2], sent=[7, 7]), seconds=1.0)
    assert traffic.accuracy(since=0, until=time.monotonic()) == pytest.approx(0.5, abs=0.05)
    assert set(FakeService.labels) == {"7"}
    assert traffic.failed == 0


def test_the_rate_is_kept(service: str) -> None:
    """Fifty a second for a second is about fifty."""
    assert 35 <= _send(service, _pool([1], sent=[1]), seconds=1.0).sent <= 60


def test_an_answer_that_is_no_success_counts_as_failed(service: str) -> None:
    """The failure keeps the status for the message."""
    FakeService.status = 503
    traffic = _send(service, _pool([1], sent=[1]), seconds=0.5)
    assert traffic.failed == traffic.sent > 0
    assert "/predict: 503" in traffic.failures[0]


def test_a_service_that_is_away_counts_as_failed() -> None:
    """A refused connection is a failed request, not a crash."""
    traffic = _send("http://127.0.0.1:9", _pool([1], sent=[1]), seconds=0.3)
    assert traffic.failed == traffic.sent > 0


@pytest.mark.parametrize("name", SHIFTS)
def test_every_shift_keeps_shape_and_range(name: str) -> None:
    """A shifted image is still an 8 by 8 image with values from 0 to 16."""
    images = np.random.default_rng(1).uniform(0, 16, (5, 8, 8)).astype(np.float32)
    shifted = SHIFTS[name].images(images)
    assert shifted.shape == images.shape and shifted.dtype == np.float32
    assert shifted.min() >= 0 and shifted.max() <= 16
