"""Compares both models on the same rows and applies the gate's decision."""

from pathlib import Path

from perennial.bundle.predictor import Predictor
from training.artifacts.files import read_json
from training.artifacts.splits import BASE, Split, file_of
from training.errors import BadParameter
from training.gate.compared_bundle import ComparedBundle
from training.gate.comparison import compare
from training.gate.decision import decide
from training.gate.result import GateResult
from training.gate.unseen import saw_incident, seen_rows_known, unseen
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

    champion_prepared: the champion's own prepared splits; if the folder is absent, all test rows
    are used.
    Raises MissingArtifact, BundleUnusable, BadParameter.
    """
    check_floor(challenger, gate.floor)
    test = Split.read(file_of(prepared, "test"), challenger.bundle.manifest.input)
    test = test.where(unseen(test, champion, champion_prepared))
    incident = read_json(prepared / "summary.json")["fresh"]
    base = compare(challenger, champion, test.where(test.source == BASE), gate=gate)
    fresh = None
    if incident is not None:
        fresh = compare(challenger, champion, test.where(test.source == incident), gate=gate)
    here, main = _compared(challenger), None if champion is None else _compared(champion)
    decision = decide(
        challenger=here,
        champion=main,
        base=base,
        fresh=fresh,
        level=gate.level,
        floor=gate.floor,
        champion_saw_incident=saw_incident(incident, champion_prepared),
    )
    return GateResult(
        task=challenger.bundle.manifest.task,
        decision=decision,
        level=gate.level,
        floor=gate.floor,
        incident=incident,
        challenger=here,
        champion=main,
        base=base,
        fresh=fresh,
        seen_rows_known=None if champion is None else seen_rows_known(champion_prepared),
    )


def check_floor(challenger: Predictor, floor: float) -> None:
    """Raise BadParameter if no model can reach the floor."""
    output = challenger.bundle.manifest.output
    highest = output.loss_test.highest
    if floor > highest:
        title = output.metrics[output.headline].title
        raise BadParameter("gate.floor", floor, f"at most {highest:g}, the highest {title}")


def _compared(found: Predictor) -> ComparedBundle:
    return ComparedBundle(found.bundle.manifest.version, found.bundle.digest)
