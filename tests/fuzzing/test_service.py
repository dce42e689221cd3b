"""The real service under any request that its OpenAPI document allows, and under wrong ones."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sql

from service.settings import Settings
from service.store import tables
from tests.fuzzing.requests import ask
from tests.service import fakes
from tests.service.fakes import Running, wait_until

COUNTS = [100, pytest.param(100_000, marks=[pytest.mark.nightly, pytest.mark.timeout(0)])]


@pytest.mark.parametrize("count", COUNTS)
def test_no_request_makes_the_service_fail_or_lose_what_others_send(
    tmp_path: Path, urls: list[str], count: int
) -> None:
    """No 5xx, no hang; every good row and label sent in between is stored."""
    fakes.deploy(tmp_path)
    stored: dict[str, dict[str, str]] = {url: {} for url in urls}
    with ExitStack() as stack:
        services = {
            url: stack.enter_context(fakes.running(_settings(tmp_path, url))) for url in urls
        }

        def send_good_rows() -> None:
            for url, service in services.items():
                for prediction in service.predict(fakes.IMAGE, fakes.IMAGE):
                    label = {name: prediction[name] for name in ("prediction_id", "label")}
                    assert service.client.post("/feedback", json=label).status_code == 201
                    stored[url][label["prediction_id"]] = label["label"]

        clients = [service.client for service in services.values()]
        statuses = ask(clients, count=count, start=1, between=send_good_rows)
        assert set(statuses) >= {200, 404, 422}
        for url, service in services.items():
            _check_kept(service, url, stored[url])


def _settings(folder: Path, url: str) -> Settings:
    """A busy machine is not what is tested: the database may take its time."""
    return fakes.settings(folder, database_url=url, feedback_seconds=60)


def _check_kept(service: Running, url: str, stored: dict[str, str]) -> None:
    """Nothing was dropped, and the database has what was acknowledged."""
    wait_until(lambda: service.metric("model_predictions_queue_length") == 0)
    assert service.metric("model_predictions_dropped_total") == 0
    engine = tables.connect(url)
    with engine.connect() as connection:
        found = connection.execute(sql.select(tables.feedback)).mappings().all()
    engine.dispose()
    kept = {row["prediction_id"]: row["label"] for row in found}
    assert len(stored) >= 10 and {key: kept.get(key) for key in stored} == stored
