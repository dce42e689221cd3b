"""The production link, followed under traffic."""

import shutil
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from perennial import bundle
from tests import bundles
from tests.service import fakes
from tests.service.fakes import IMAGE, Running


class Traffic:
    """Clients that predict without a pause and note every answer."""

    def __init__(self, service: Running, *, clients: int = 4) -> None:
        self._url = str(service.client.base_url)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(clients)]
        self.answers: Counter[tuple[int, str]] = Counter()
        self.failures: list[str] = []

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        with httpx.Client(base_url=self._url, timeout=10) as client:
            while not self._stop.is_set():
                try:
                    answer = client.post("/predict", json={"instances": [IMAGE] * 2})
                    version = answer.json()["predictions"][1]["model_version"]
                    self.answers[answer.status_code, version] += 1
                except (httpx.HTTPError, KeyError) as error:
                    self.failures.append(repr(error))


def serving(service: Running) -> str:
    """Return the version that serves."""
    version: str = service.client.get("/model").json()["manifest"]["version"]
    return version


def events(service: Running, name: str) -> list[dict[str, Any]]:
    """Return the log's entries of one event."""
    return [dict(entry) for entry in service.capture.entries if entry["event"] == name]


def test_bundles_are_swapped_under_traffic_without_a_failed_request(
    service: Running, tmp_path: Path
) -> None:
    """Ten swaps under load: every request is answered, by the old version or the new one."""
    versions = [f"1.{minor}.0" for minor in range(1, 11)]
    for version in versions:
        bundles.make_bundle(tmp_path / "bundles" / version, version, seed=int(version[2:-2]))
    with Traffic(service) as traffic:
        for version in versions:
            bundles.production(tmp_path / "bundles", tmp_path / "bundles" / version)
            fakes.wait_until(lambda wanted=version: serving(service) == wanted)
            before = traffic.answers[200, version]
            fakes.wait_until(lambda wanted=version: traffic.answers[200, wanted] > before + 5)
    assert traffic.failures == []
    assert {status for status, _ in traffic.answers} == {200}
    assert {version for _, version in traffic.answers} >= set(versions)
    assert service.metric("model_bundle_swaps_total") == 11


def test_every_prediction_is_counted_for_the_version_that_made_it(
    service: Running, tmp_path: Path
) -> None:
    """After a swap the counters of both versions say exactly what each answered."""
    with Traffic(service) as traffic:
        fakes.wait_until(lambda: traffic.answers[200, "1.0.0"] > 20)
        fakes.deploy(tmp_path, "1.1.0")
        fakes.wait_until(lambda: traffic.answers[200, "1.1.0"] > 20)
    for version in ("1.0.0", "1.1.0"):
        sent = 2 * traffic.answers[200, version]
        assert service.metric("model_predictions_total", version=version) == sent
        assert service.metric("model_confidence_count", version=version) == sent
        for signal in ("brightness", "prediction", "confidence", "block_3_3"):
            of = {"version": version, "signal": signal}
            assert service.metric("model_signal_bin_total", **of) == sent
    assert service.metric("model_info") == service.metric("model_info", version="1.1.0") == 1


def test_a_refused_bundle_leaves_the_old_one_serving(service: Running, tmp_path: Path) -> None:
    """A changed byte: the metric and the log say so once, and traffic notices nothing."""
    bad = tmp_path / "bundles" / "bad"
    bundles.make_bundle(bad, "2.0.0")
    (bad / bundle.CARD).write_text("forged")
    bundles.production(tmp_path / "bundles", bad)
    fakes.wait_until(lambda: service.metric("model_bundle_rejected_total") == 1)
    assert service.metric("model_bundle_rejected_total", reason="checksum") == 1
    for _ in range(10):
        assert service.predict()[0]["model_version"] == "1.0.0"
    (line,) = events(service, "bundle_rejected")
    assert line["error"].startswith("card.md: sha256 is")
    assert service.client.get("/ready").status_code == 200


def test_a_refused_bundle_is_not_tried_again_until_it_changes(
    service: Running, tmp_path: Path
) -> None:
    """The same bad target is read once; the same path with a new manifest is read again."""
    bad = tmp_path / "bundles" / "bad"
    bundles.make_bundle(bad, "2.0.0")
    (bad / bundle.MODEL).unlink()
    bundles.production(tmp_path / "bundles", bad)
    fakes.wait_until(lambda: service.metric("model_bundle_rejected_total", reason="missing") == 1)
    threading.Event().wait(10 * service.settings.poll_seconds)
    assert service.metric("model_bundle_rejected_total") == 1
    shutil.rmtree(bad)
    bundles.make_bundle(bad, "2.0.0")
    fakes.wait_until(lambda: serving(service) == "2.0.0")


def test_a_reference_the_service_cannot_compute_is_refused(
    service: Running, tmp_path: Path
) -> None:
    """The reason of the metric is `reference`, and the old bundle serves on."""
    other = tmp_path / "bundles" / "other"
    bundles.make_bundle(other, "2.0.0", labels=bundles.LABELS)
    reference = other / bundle.REFERENCE
    reference.write_text(reference.read_text().replace('"brightness"', '"sharpness"'))
    manifest = (other / bundle.MANIFEST).read_text()
    old = bundle.load(tmp_path / "bundles" / "1.0.0-0").manifest.files[bundle.REFERENCE]
    assert old in manifest
    (other / bundle.MANIFEST).write_text(manifest.replace(old, bundle.sha256(reference)))
    bundles.production(tmp_path / "bundles", other)
    fakes.wait_until(lambda: service.metric("model_bundle_rejected_total", reason="reference") == 1)
    assert serving(service) == "1.0.0"


def test_the_service_starts_without_a_bundle_and_picks_one_up(tmp_path: Path) -> None:
    """Alive but not ready until the first bundle appears; no restart is needed."""
    with fakes.running(fakes.settings(tmp_path)) as service:
        assert service.client.get("/health").json() == {"status": "alive"}
        ready = service.client.get("/ready")
        assert ready.status_code == 503
        assert ready.json() == {"ready": False, "bundle": False, "database": True}
        assert service.client.get("/model").status_code == 503
        fakes.deploy(tmp_path)
        fakes.wait_until(lambda: service.client.get("/ready").status_code == 200)
        assert service.predict()[0]["model_version"] == "1.0.0"
    assert len(events(service, "no_bundle_offered")) == 1


def test_a_removed_link_leaves_the_bundle_serving(service: Running, tmp_path: Path) -> None:
    """Whoever removes the link by mistake takes no traffic down."""
    (tmp_path / "bundles" / "production").unlink()
    fakes.wait_until(lambda: bool(events(service, "no_bundle_offered")))
    assert service.predict()[0]["model_version"] == "1.0.0"


def test_a_rollback_goes_on_counting(service: Running, tmp_path: Path) -> None:
    """A version that comes back continues its counters, which must never fall."""
    service.predict()
    fakes.deploy(tmp_path, "1.1.0")
    fakes.wait_until(lambda: serving(service) == "1.1.0")
    bundles.production(tmp_path / "bundles", tmp_path / "bundles" / "1.0.0-0")
    fakes.wait_until(lambda: serving(service) == "1.0.0")
    service.predict()
    assert service.metric("model_predictions_total", version="1.0.0") == 2


@pytest.mark.parametrize("seconds", [1e-9, 10.0])
def test_slow_and_fast_models_are_both_served(tmp_path: Path, seconds: float) -> None:
    """On the event loop or on a thread, the answers are the same."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, inline_seconds=seconds)) as service:
        with Traffic(service) as traffic:
            fakes.wait_until(lambda: traffic.answers[200, "1.0.0"] > 50)
        assert traffic.failures == []
        assert service.metric("model_batch_size_sum") == 2 * traffic.answers[200, "1.0.0"]
