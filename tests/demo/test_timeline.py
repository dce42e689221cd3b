"""The demo's record can be read by programs and by people."""

import io
import json
from pathlib import Path

from rich.console import Console

from demo.screen import View, render, summary
from demo.timeline import Sample, Timeline
from demo.watch import Job, Observation, Pipeline
from monitoring.thresholds import Thresholds
from perennial.statistics.metrics import METRICS

OBSERVATION = Observation(
    version="1.0.0",
    score=0.98,
    labels=10.0,
    psi=0.61,
    drifted=4,
    firing=("DataDrift",),
    pipelines=(Pipeline(7, "trigger", "running", (Job(1, "collect", "running"),)),),
    merge_requests=(),
    webhooks=1,
)
VIEW = View(
    phase="drifting",
    elapsed=61.0,
    rate=40.0,
    metric="accuracy",
    score=0.3,
    sent=100,
    failed=0,
    observation=OBSERVATION,
)


def test_a_timeline_is_written_in_order_with_its_summary(tmp_path: Path) -> None:
    """Events are a list of names and seconds; the picture is not empty."""
    timeline = Timeline(METRICS["accuracy"], Thresholds(), summary={"webhooks_received": 2})
    timeline.add("trained", 1.24)
    timeline.add("deployed", 2.0)
    timeline.samples += [Sample(1.0, None, None, None), Sample(2.0, 0.9, 0.8, 0.1)]
    timeline.write(tmp_path, title="a test")
    document = json.loads((tmp_path / "timeline.json").read_text())
    assert document == {
        "events": [{"event": "trained", "seconds": 1.2}, {"event": "deployed", "seconds": 2.0}],
        "webhooks_received": 2,
    }
    assert (tmp_path / "timeline.png").read_bytes().startswith(b"\x89PNG")


def test_the_screen_shows_phase_drift_alerts_and_jobs() -> None:
    """Everything that a person waits for stands on the panel."""
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(render(VIEW))
    text = console.export_text()
    for word in ("drifting", "1:01", "PSI 0.61", "DataDrift", "collect", "version 1.0.0"):
        assert word in text


def test_a_line_says_the_same_where_there_is_no_terminal() -> None:
    """A log of CI shows phase, rate, accuracy, drift, alerts and the running job."""
    assert summary(VIEW) == (
        "drifting · 40 predictions/s · accuracy 0.30 · PSI 0.61 · alerts: DataDrift · "
        "collect running"
    )
