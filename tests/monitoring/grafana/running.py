"""A service and a relay with a Prometheus that scrapes both and evaluates the committed rules."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np

from monitoring import generated_files
from monitoring.prometheus_config import prometheus_config
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from tests import bundles
from tests.monitoring.relay.fakes import FakeEvidence, webhook
from tests.monitoring.relay.parts import BEARER, bench
from tests.monitoring.replica import Replica
from tests.prometheus import Labels, Prometheus
from tests.service import fakes, keys

# The committed rules but for their pace: a test has seconds, not minutes, and hundreds of rows.
THRESHOLDS = Thresholds(
    count_interval="1s",
    long_interval="1s",
    past_interval="1s",
    gross_psi=0.5,
    design_effect=1.0,
    retrain_for="1s",
    retrain_failing_for="1s",
    # Most labels here are wrong; estimates are shown all the same.
    estimate_gap=1.0,
    estimate_loss_gap=100.0,
)
SECONDS = 8
# A scrape that a busy machine answers too late ends every series of its target.
SEEN = "count(min_over_time(up[4s]) == 1) == 3 and count(count_over_time(up[4s]) >= 3) == 3"
# Seconds after which a scrape has ended, or has failed and marked its series as ended.
OVER = 2.0
RIDES = ("rides", "1.0.0")


@dataclass(frozen=True)
class Life:
    """A Prometheus that saw a service's and a relay's life, and the last moment of that."""

    prometheus: Prometheus
    end: float

    def query(self, expression: str) -> dict[Labels, float]:
        """Return what an expression says at the end."""
        return self.prometheus.query(expression, at=self.end)


@contextmanager
def running(folder: Path) -> Iterator[Life]:
    """Yield a life with drifting traffic, labels, a retrain and a refused bundle."""
    generated_files.write(folder, THRESHOLDS)
    fakes.deploy(folder)
    relay, _ = bench(folder, "refused", evidence=FakeEvidence())
    file = keys.write(
        folder / "keys", keys.entry("me", "admin"), keys.entry("prometheus", "metrics")
    )
    (folder / "scrape-key").write_text(keys.secret("prometheus"), encoding="utf-8")
    with (
        fakes.running(fakes.settings(folder, keys_file=file)) as service,
        relay.client() as door,
        Replica() as rides,
    ):
        service.client.headers.update(keys.bearer("me"))
        _be_late(rides, 0)
        config = prometheus_config(
            service=[_address(service.client), rides.address],
            relay=[_address(door)],
            alertmanager=[],
            rules=[str(folder / "monitoring/rules/*.rules.yml")],
            interval="1s",
            service_key_file=str(folder / "scrape-key"),
        )
        with Prometheus(config, folder) as prometheus:
            prometheus.wait(lambda: len(prometheus.query("up == 1")) == 3, what="see", seconds=60)
            time.sleep(1.5)
            for second in range(SECONDS):
                _ask(service, second)
                _be_late(rides, 40)
                if second == 2:
                    _retrain(door)
                if second == 4:
                    _deploy(folder, service)
                time.sleep(1)
            prometheus.wait(lambda: _firing(prometheus), what="fire", seconds=60)
            # Now, so that the pipeline comes after the alert.
            relay.clock.now = datetime.now(UTC)
            relay.run(30)
            time.sleep(1.5 + OVER)
            ends: list[float] = []
            prometheus.wait(lambda: _ended(prometheus, ends), what="see every target", seconds=60)
            prometheus.rest()
            yield Life(prometheus, ends[-1])


def _address(client: httpx.Client) -> str:
    return f"{client.base_url.host}:{client.base_url.port}"


def _ask(service: fakes.Running, seed: int) -> None:
    """Send images of inverted colours, and labels for most of the answers, many of them others."""
    rows = 16 - bundles.images(60, seed=seed) // 2
    predictions = service.predict(*rows.tolist())
    random = np.random.default_rng(seed)
    for prediction in predictions[:50]:
        label = prediction["label"] if random.random() < 0.3 else str(random.integers(10))
        given = {"prediction_id": prediction["prediction_id"], "label": label}
        answer = service.client.post("/feedback", json=given)
        assert answer.status_code < 300, answer.text


def _be_late(replica: Replica, rides: int) -> None:
    """Count predictions of a model that says how long a ride takes, and labels far from them."""
    for gauge, value in (
        (metrics.CREATED, bundles.CREATED.timestamp()),
        (metrics.REFERENCE_LOSS, 2.0),
        (metrics.REFERENCE_LOSS_DEVIATION, 1.0),
        (metrics.REFERENCE_LOSS_SIZE, 400),
        (metrics.REFERENCE_INTERVAL_COVERAGE, 0.9),
        (metrics.REFERENCE_EXPECTED_DEVIATION, 0.8),
        (metrics.PROMISED_LOW, 1.9),
        (metrics.PROMISED_HIGH, 2.1),
    ):
        replica.values[gauge][RIDES] = value
    replica.values[metrics.INFO][(*RIDES, "0123abc")] = 1
    replica.add(metrics.PREDICTIONS, (*RIDES, ""), rides)
    replica.observe(metrics.FEEDBACK_DELAY, RIDES, [60.0] * rides)
    replica.observe(metrics.FEEDBACK_LOSS, RIDES, [8.0, 12.0] * (rides // 2))
    replica.add(metrics.FEEDBACK_LOSS_SQUARES, RIDES, rides // 2 * (8.0**2 + 12.0**2))
    for side, share in (("below", 4), ("inside", 2), ("above", 4)):
        replica.add(metrics.FEEDBACK_INTERVAL, (*RIDES, side), rides * share // 10)
    replica.observe(metrics.EXPECTED_LOSS, RIDES, [3.0] * rides)
    replica.observe(metrics.FEEDBACK_EXPECTED, RIDES, [10.0] * rides)
    replica.add(metrics.FEEDBACK_EXPECTED_SQUARES, RIDES, rides * 2.0**2)


def _retrain(door: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {BEARER}"}
    answer = door.post("/alerts", content=webhook(), headers=headers)
    assert answer.status_code == 200, json.dumps(answer.json())


def _deploy(folder: Path, service: fakes.Running) -> None:
    """Deploy a bundle that was damaged on the way, and then one that is whole."""
    path = folder / "bundles" / "damaged"
    bundles.make_bundle(path, "1.1.0", seed=1)
    (path / "model.onnx").write_bytes(b"damaged")
    bundles.production(folder / "bundles", path)
    fakes.wait_until(lambda: service.metric(metrics.BUNDLE_REJECTED.name) > 0)
    fakes.deploy(folder, "1.2.0", seed=2)


def _ended(prometheus: Prometheus, ends: list[float]) -> bool:
    """Note a moment that is over, and say whether every target was seen then."""
    ends.append(time.time() - OVER)
    return bool(prometheus.query(SEEN, at=ends[-1]))


def _firing(prometheus: Prometheus) -> bool:
    return bool(prometheus.query('ALERTS{alertstate="firing",alertname="DataDrift"}'))
