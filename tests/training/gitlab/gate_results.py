"""What a gate may have written, for tests of what follows from it."""

from dataclasses import replace

from perennial.verdicts import Verdict
from tests.training.job import INCIDENT
from training.gate.compared_bundle import ComparedBundle
from training.gate.comparison import Comparison, Difference, Score
from training.gate.decision import GateDecision
from training.gate.result import GateResult


def figures(champion: float | None, challenger: float) -> Comparison:
    """Return a comparison with the given accuracies."""
    new = Score(challenger, challenger, challenger)
    if champion is None:
        return Comparison(80, 0.1, new)
    old = Score(champion, champion, champion)
    return Comparison(80, 0.1, new, old, Difference(challenger - champion, 0.5, 0.9, 1e-9))


def result(
    verdict: Verdict = Verdict.PROMOTE,
    *,
    fresh: Comparison | None = figures(0.12, 0.98),
    base: Comparison | None = None,
    incident: str | None = INCIDENT,
    least_trusted: int = 30,
) -> GateResult:
    """Return what a gate may have written, with 80 trusted labels."""
    models = (ComparedBundle("1.1.0", "a" * 64), ComparedBundle("1.0.0", "b" * 64))
    decision = GateDecision(verdict, ("a reason",))
    judged = GateResult("digits", decision, 0.05, 0.5, incident, *models, base, fresh)
    return replace(judged, trusted=figures(0.12, 0.98), least_trusted=least_trusted)
