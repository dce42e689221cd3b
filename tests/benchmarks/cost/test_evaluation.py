"""What a Prometheus says of its rules is counted once, and added up by group."""

from typing import Any

from benchmarks.cost.evaluation import Evaluations


def _group(at: str, *seconds: float) -> dict[str, Any]:
    rules = [
        {"name": f"rule{number}", "lastEvaluation": at, "evaluationTime": spent}
        for number, spent in enumerate(seconds)
    ]
    return {"name": "drift", "interval": 15, "rules": rules}


def test_an_evaluation_told_twice_counts_once() -> None:
    """Asking oftener than rules are evaluated changes nothing."""
    found = Evaluations()
    for group in (_group("1", 1.0, 4.0), _group("1", 1.0, 4.0), _group("2", 3.0, 8.0)):
        found.read([group])
    assert found.counts() == {"drift": 2}
    assert found.rules("drift") == {"rule0": 2.0, "rule1": 6.0}
    assert found.groups() == {"drift": 8.0}


def test_a_group_that_was_never_evaluated_takes_nothing() -> None:
    """Prometheus tells of such a group with a moment of the year 1."""
    found = Evaluations()
    found.read([_group("0001-01-01T00:00:00Z", 0.0)])
    assert found.counts() == {"drift": 0}
    assert found.load() == 0
