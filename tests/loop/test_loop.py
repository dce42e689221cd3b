"""The whole loop, run as `make demo` runs it: real programs, real pipeline, nothing staged.

One story is played at every run; the others, which differ in an end or in a picture, at night.
"""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backtest.policies.known import POLICIES, SHIPPED
from backtest.replay import Replay
from demo.stories.late_labels import PAGES
from demo.task import TASK
from tests.digits import needs_digits
from tests.loop.played import RETRAINED, Demo, events
from tests.loop.recorded import PACE, pipelines, recorded
from tests.trees import Tree

pytestmark = [
    needs_digits,
    pytest.mark.loop,
    pytest.mark.timeout(1800),
    pytest.mark.seconds(180),
]

# Where no retrain has to win, the model that trains in a moment will do.
QUICK = ("none", "bad-labels")


Play = Callable[[str], Demo]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Starts the demo of a shift."""
    started: list[Demo] = []

    def start(shift: str) -> Demo:
        tree = Tree(tmp_path / "tree", TASK)
        if shift in QUICK:
            tree.take_the_quick_model()
        else:
            tree.shrink_the_network()
        started.append(Demo(tree, tmp_path / "out", "--task", TASK, "--shift", shift))
        return started[-1]

    yield start
    for demo in started:
        demo.stop()


def _command_lines() -> list[str]:
    """Return the command line of every process of this machine."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended between the listing and the reading
            continue
    return lines


def _recovers(demo: Demo) -> None:
    """Alert, one pipeline, challenger, gate, merge, deploy, recovery, and no failed request."""
    timeline, output = demo.result()
    accuracy = timeline["accuracy"]
    assert events(timeline) == RETRAINED, output
    seconds = [event["seconds"] for event in timeline["events"]]
    assert seconds == sorted(seconds)
    assert accuracy["drifted"] <= accuracy["before"] - 0.15
    assert accuracy["after"] >= accuracy["before"] - 0.03
    assert timeline["pipelines_triggered"] == 1
    assert timeline["webhooks_received"] >= 2
    assert len(timeline["versions"]) == 2
    page = (demo.out / "merge-request.html").read_text()
    assert "Retrain" in page and "promote" in page.lower()
    assert (demo.out / "timeline.png").stat().st_size > 20_000


def test_drift_leads_to_a_better_model_without_a_person(play: Play) -> None:
    """A new scanner inverts the images, and the loop learns them."""
    _recovers(play("inverted"))


@pytest.mark.nightly
def test_a_camera_mounted_sideways_is_learnt_too(play: Play, tmp_path: Path) -> None:
    """Another shift, the same loop; the backtest decides on its record as the loop did."""
    demo = play("rotated")
    _recovers(demo)
    found = recorded(demo.out, TASK, tmp_path / "cache")
    (attempt,) = Replay(found.scenario, POLICIES[SHIPPED](found.scenario)).run().attempts
    ((incident, began, verdict),) = found.pipelines
    assert attempt.verdict == verdict
    assert abs(found.first_alert() - incident) <= PACE
    assert abs(attempt.began - began) <= PACE


@pytest.mark.nightly
def test_labels_that_come_minutes_late_are_waited_for(play: Play) -> None:
    """One pipeline, started when there are enough; nobody is paged."""
    timeline, output = play("late-labels").result()
    at = RETRAINED.index("pipeline_triggered")
    assert events(timeline) == [*RETRAINED[:at], "waiting", *RETRAINED[at:]], output
    assert timeline["pipelines_triggered"] == 1 and len(timeline["versions"]) == 2
    assert not PAGES & set(timeline["alerts"]), output


@pytest.mark.nightly
def test_a_slow_shift_is_kept_first_and_learnt_later(play: Play) -> None:
    """One incident: a model of the first step is kept, one of the last is promoted by itself."""
    demo = play("slow")
    timeline, output = demo.result()
    happened, last = events(timeline), timeline["pipelines_triggered"]
    first = [*RETRAINED[:6], "gate_kept", "step_2", "step_3"]
    assert happened[: len(first)] == first, output
    assert happened[-4:] == [f"{name}_{last}" for name in RETRAINED[6:9]] + ["recovered"], output
    assert last >= 2 and len(timeline["versions"]) == 2
    results = [result for _, _, result in pipelines(demo.out)]
    assert results == ["keep"] * (last - 1) + ["promote"]
    assert len({started for started, _, _ in pipelines(demo.out)}) == 1, "it is one incident"


@pytest.mark.nightly
def test_without_a_shift_nothing_happens(play: Play) -> None:
    """No alert, no pipeline, one version, and the demo says so."""
    timeline, output = play("none").result()
    assert events(timeline) == ["trained", "deployed"], output
    assert timeline["pipelines_triggered"] == 0 and timeline["webhooks_received"] == 0
    assert timeline["alerts"] == [], output
    assert len(timeline["versions"]) == 1
    assert "no alert fired and no pipeline ran" in output


@pytest.mark.nightly
def test_scrambled_labels_are_blocked_and_the_champion_serves_on(play: Play) -> None:
    """The alert is real, the retrain runs, and the gate refuses its model with reasons."""
    timeline, output = play("bad-labels").result()
    assert events(timeline)[-1] == "gate_blocked", output
    assert timeline["pipelines_triggered"] == 1
    assert len(timeline["versions"]) == 1
    assert "block" in output


def test_an_interrupted_demo_ends_every_program_and_says_where_the_logs_are(play: Play) -> None:
    """Ctrl-C in the middle leaves no process of the demo behind."""
    demo = play("none")
    process, out = demo.process, demo.out
    deadline = time.monotonic() + 120
    while not (out / "logs" / "train.log").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert "interrupted" in output and "logs" in output
    assert [line for line in _command_lines() if str(out) in line] == []
