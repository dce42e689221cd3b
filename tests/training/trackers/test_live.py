"""A sample of live predictions reaches the trackers from the service's log."""

import json
from pathlib import Path

from tests.training.trackers.sending import command
from tests.training.trackers.servers import serving
from training.trackers.live import COLUMNS, record, sampled
from training.trackers.spooled import SpooledRun

LOG = [
    '{"event": "request", "path": "/predict", "milliseconds": 1200.0}',
    "Traceback (most recent call last):",
    *(
        json.dumps(
            {
                "event": "prediction",
                "timestamp": f"2026-11-29T12:00:0{second}Z",
                "route": "/predict",
                "model": "digits",
                "model_version": "1.0.0",
                "label": "3",
                "confidence": 0.5 + second / 10,
                "milliseconds": 1.5,
            }
        )
        for second in (1, 2)
    ),
]


def test_sampled_predictions_are_figures_and_a_table(tmp_path: Path) -> None:
    """Confidence and latency by step; the words stand in the table; other lines are passed over."""
    with serving() as server:
        given = {"url": server.url}
        run = SpooledRun(
            tmp_path, ["http"], task="digits-live", parameters=given, links={}, command=command
        )
        record(sampled(LOG), run, tmp_path / "predictions.csv")
        assert run.finish(wait=30)
    sent = [document for kind, document in server.got if kind == "figures"]
    steps = {step: values for document in sent for step, values in document.items()}
    assert steps["1"] == {"confidence": 0.6, "milliseconds": 1.5}
    assert steps["2"] == {"confidence": 0.7, "milliseconds": 1.5}
    [table] = [document["predictions.csv"] for kind, document in server.got if kind == "file"]
    head, first, _ = table.splitlines()
    assert head == ",".join(COLUMNS) and first == "2026-11-29T12:00:01Z,/predict,1.0.0,3,,0.6,1.5"
