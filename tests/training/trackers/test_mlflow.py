"""Where MLflow's runs go is refused before MLflow is imported, if nothing can go there."""

from pathlib import Path

import pytest

from tests.training.trackers.servers import refusing
from training.errors import BadParameter
from training.trackers.mlflow import Mlflow
from training.trackers.sink import Run

RUN = Run("digits", "digits-1", {}, {}, Path("."), 1)


@pytest.mark.parametrize(
    "address, expected",
    [
        ("127.0.0.1:5000", "expected http://127.0.0.1:5000, a database or a folder"),
        ("me:hunter2@tracking:5000/x", "got 'tracking:5000/x', expected http://tracking:5000/x, a"),
        ("gitlab", "expected it in GitLab's jobs only, which have CI_API_V4_URL"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(
    address: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow would take one without a scheme for a folder."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.delenv("CI_API_V4_URL", raising=False)
    with pytest.raises(BadParameter) as refused:
        Mlflow(RUN)
    assert expected in str(refused.value) and "hunter2" not in str(refused.value)


def test_a_server_that_refuses_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its host and port, without its user."""
    address = refusing()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address.replace("http://", "http://me:hunter2@"))
    with pytest.raises(ConnectionError, match=f"^{address[7:]}: Connection refused$"):
        Mlflow(RUN)
