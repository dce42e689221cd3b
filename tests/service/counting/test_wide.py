"""A model with 1,000 signals and 1,000 labels."""

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from service.counting.collector import Collector
from service.counting.versions import Versions
from tests.wide import LABELS, SIGNALS, make_wide


def test_its_metrics_are_bounded_by_labels_and_signals_not_by_their_square(tmp_path: Path) -> None:
    """They fit into 10 MB, labelled or not, however many answers are wrong."""
    versions, registry = Versions(), CollectorRegistry()
    versions.enter(make_wide(tmp_path / "wide"))
    registry.register(Collector(versions, dropped=lambda: 0, queued=lambda: 0))
    before = generate_latest(registry)
    for number in range(LABELS):
        versions.count_feedback(
            "wide",
            "1.0.0",
            label=f"label {number}",
            predicted=f"label {number * 7 % LABELS}",
            confidence=0.5,
            delay=1.0,
        )
    after = generate_latest(registry)
    assert len(after.splitlines()) == len(before.splitlines())
    assert len(after) < 10_000_000 and after.count(b"\n") < 40 * (LABELS + SIGNALS)
