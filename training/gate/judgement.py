"""Compares both models on the same rows and applies the gate's decision."""

from pathlib import Path

from perennial.bundle.predictor import Predictor
from training.artifacts.files import read_json
from training.artifacts.splits import BASE, Split
from training.gate.comparison import compare
from training.gate.decision import GateDecision, decide
from training.gate.result import GateResult, Model
from training.gate.unseen import saw_incident, unseen
from training.params import Gate


def judge(
    challenger: Predictor,
    champion: Predictor | None,
    prepared: Path,
    gate: Gate,
    *,
    champion_prepared: Path | None = None,
) -> GateResult:
    """Compare two models on the prepared test rows that neither was trained on, and decide.

    champion_prepared: the champion's own prepared splits; without them, all test rows are used.
    Raises MissingArtifact, BadParameter.
    """
    test = Split.read(prepared / "test.npz")
    test = test.where(unseen(test, champion_prepared))
    incident = read_json(prepared / "summary.json")["fresh"]
    base = compare(challenger, champion, test.where(test.source == BASE), gate=gate)
    fresh = None
    if incident is not None:
        fresh = compare(challenger, champion, test.where(test.source == incident), gate=gate)
    decision = decide(
        base=base,
        fresh=fresh,
        level=gate.level,
        floor=gate.floor,
        champion_saw_incident=saw_incident(incident, champion_prepared),
    )
    models = _model(challenger), None if champion is None else _model(champion)
    if models[1] is not None and models[1].digest == models[0].digest:
        decision = GateDecision(
            "keep", ("main has the same bundle, so there is no significant difference",)
        )
    return GateResult(
        task=challenger.bundle.manifest.task,
        decision=decision,
        level=gate.level,
        floor=gate.floor,
        incident=incident,
        challenger=models[0],
        champion=models[1],
        base=base,
        fresh=fresh,
    )


def _model(found: Predictor) -> Model:
    return Model(found.bundle.manifest.version, found.bundle.digest)
