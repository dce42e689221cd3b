"""A sample of live predictions in the log: rare, after the answer, without inputs."""

from pathlib import Path

from perennial.kinds.outputs.classes import ClassesOutput
from service.http.sample import Sample
from service.store.writes import Observed
from tests.service import fakes

ANSWERS = [
    {"label": label, "confidence": 0.5, "prediction_id": label, "model_version": "1.0.0"}
    for label in "ab"
]


def observed() -> Observed:
    """Return a request of two rows."""
    output = ClassesOutput(labels=("a", "b"))
    return Observed("toy", "1.0.0", output, 0.0, [b"[1]", b"[2]"], ANSWERS, "somebody")


def test_one_prediction_in_so_many_seconds_is_logged() -> None:
    """Route, label, confidence and latency; neither the input, nor whom it is about, nor its id."""
    log, capture = fakes.recording_log()
    sample = Sample(every=10.0, log=log)
    for now in (100.0, 101.0, 109.9, 110.0):
        sample.take("/predict", observed(), 0.00123, now=now)
    assert len(capture.entries) == 2
    assert capture.entries[0] == {
        "event": "prediction",
        "log_level": "info",
        "model": "toy",
        "route": "/predict",
        "milliseconds": 1.23,
        "label": "a",
        "confidence": 0.5,
        "model_version": "1.0.0",
    }


def test_without_the_setting_nothing_is_logged() -> None:
    """As shipped."""
    log, capture = fakes.recording_log()
    Sample(every=0.0, log=log).take("/predict", observed(), 0.001, now=1e9)
    assert capture.entries == []


def test_a_service_logs_what_it_answered(tmp_path: Path) -> None:
    """The label and confidence that the client got."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, sample_seconds=1000.0)) as service:
        [answer] = service.predict()
        service.predict()
        fakes.wait_until(lambda: any(e["event"] == "prediction" for e in service.capture.entries))
        entries = [e for e in service.capture.entries if e["event"] == "prediction"]
    assert len(entries) == 1 and entries[0]["milliseconds"] > 0
    assert (entries[0]["label"], entries[0]["confidence"]) == (
        answer["label"],
        answer["confidence"],
    )
