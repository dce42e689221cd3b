"""What a client is told when something inside fails: that it failed, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from perennial.errors import InferenceFailed, PerennialError
from service.errors import StoreUnavailable
from tests.service import fakes

INSIDE = ("127.0.0.1", "psycopg", "OperationalError", "refused", "nobody", "Traceback")
LABEL = {"prediction_id": "f" * 32, "label": "1"}


class Talkative(PerennialError):
    """An error without a text for clients."""


def test_a_database_that_fails_is_not_described_to_clients(tmp_path: Path) -> None:
    """Neither its host nor its driver; the log has both."""
    fakes.deploy(tmp_path)
    address = "postgresql://nobody@127.0.0.1:1/nothing"
    with fakes.running(fakes.settings(tmp_path, database_url=address)) as service:
        answer = service.client.post("/feedback", json=LABEL)
        ready = service.client.get("/ready")
    assert answer.status_code == ready.status_code == 503
    assert answer.json()["error"]["message"] == "the label could not be stored; try again"
    assert not any(word in answer.text + ready.text for word in INSIDE)
    (line,) = [entry for entry in service.capture.entries if entry["event"] == "feedback_failed"]
    assert "127.0.0.1" in line["error"] and "OperationalError" in line["error"]


@pytest.mark.parametrize("kind", [StoreUnavailable, InferenceFailed])
def test_an_error_of_the_inside_has_a_text_of_its_own_for_clients(kind: Any) -> None:
    """The same failure as an error without such a text gives the host away."""
    inside = "connection to db.internal, port 5432 failed"
    assert "db.internal" in Talkative(inside).body()["error"]["message"]  # type: ignore[operator]
    assert "db.internal" not in kind(inside).body()["error"]["message"]
    assert "db.internal" in str(kind(inside))
