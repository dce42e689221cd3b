"""Serve the toys on a database of either kind, and send labels in every form that there is."""

import sys
from pathlib import Path
from typing import Any

import httpx

from service.store import tables
from tests import bundles
from tests.perennial.kinds.toys.through import make
from tests.service import databases, fakes

PER_VERSION = {"model": "toys", "version": "1.0.0"}


def check_labels(service: fakes.Running) -> None:
    """A number and its text are one label; what is neither is refused by what was expected."""

    def give(prediction: dict[str, Any], label: Any) -> httpx.Response:
        body = {"prediction_id": prediction["prediction_id"], "label": label}
        return service.client.post("/feedback", json=body)

    first, second = service.predict("11111111", "00000010")
    created = give(first, 7.5)
    assert (created.status_code, created.json()["label"]) == (201, "7.5")
    assert created.json()["predicted"] == "7.0"
    assert give(first, "7.50").status_code == 200
    conflict = give(first, 8)
    assert conflict.status_code == 409
    assert conflict.json()["error"]["message"].startswith("label: got '8.0', expected '7.5'")
    for bad in ("seven", "inf", "\0", 10**39):
        refused = give(second, bad)
        assert refused.status_code == 422, refused.text
        assert refused.json()["error"]["field"] == "label"
    assert give(second, 3).status_code == 201


def check_metrics(service: fakes.Running) -> None:
    """Two labels, 0.5 and 1.5 off; what only classes have is not there."""
    expected = {
        "model_predictions_total": 2.0,
        "model_feedback_loss_count": 2.0,
        "model_feedback_loss_sum": 2.0,
        "model_feedback_loss_squares_total": 2.5,
        "model_feedback_delay_seconds_count": 2.0,
        "model_reference_loss": 0.5,
        "model_reference_loss_deviation": 0.4,
        "model_reference_loss_size": 200.0,
        "model_signal_of_output": 2.0,
    }
    assert {name: service.metric(name, **PER_VERSION) for name in expected} == expected
    page = service.client.get("/metrics").text
    for absent in ("model_feedback_total{", "model_confidence_count{", "accuracy{", '{bin="0.1"'):
        assert absent not in page, absent


def main(folder: Path, url: str) -> None:
    """Serve, label, and look into the database."""
    bundles.production(folder / "bundles", make(folder / "bundles" / "one").path)
    with fakes.running(fakes.settings(folder, database_url=url)) as service:
        check_labels(service)
        check_metrics(service)
    engine = tables.connect(url)
    found = databases.rows(engine, "labelled_predictions")
    engine.dispose()
    assert sorted((row["predicted"], row["label"], row["confidence"]) for row in found) == [
        ("1.5", "3.0", None),
        ("7.0", "7.5", None),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
