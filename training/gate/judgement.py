"""Both models on the same rows, and the gate's decision on them."""

from pathlib import Path

from perennial.bundle.predictor import Predictor
from training.artifacts.arrangement import BASE
from training.artifacts.files import read_json
from training.artifacts.splits import Split
from training.gate.comparison import compare, open_model, unseen
from training.gate.decision import Decision, decide
from training.gate.result import Model, Result
from training.params import Gate


def judge(
    challenger: Predictor,
    champion: Predictor | None,
    prepared: Path,
    gate: Gate,
    *,
    champion_prepared: Path | None = None,
) -> Result:
    """Compare two models on the prepared test rows that neither was trained on, and decide.

    champion_prepared: the champion's own prepared splits; without, all test rows are compared.
    Raises MissingArtifact, BadParameter.
    """
    test = Split.read(prepared / "test.npz")
    test = test.where(unseen(test, champion_prepared))
    incident = read_json(prepared / "summary.json")["fresh"]
    base = compare(challenger, champion, test.where(test.source == BASE), gate=gate)
    fresh = None
    if incident is not None:
        fresh = compare(challenger, champion, test.where(test.source == incident), gate=gate)
    learnt = _learnt(incident, champion_prepared)
    decision = decide(base=base, fresh=fresh, level=gate.level, floor=gate.floor, learnt=learnt)
    models = _model(challenger), None if champion is None else _model(champion)
    if models[1] is not None and models[1].digest == models[0].digest:
        decision = Decision("keep", ("the same bundle as main's, no significant difference",))
    return Result(
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


def _learnt(incident: str | None, prepared: Path | None) -> bool:
    """Return whether the champion's training rows hold the incident's."""
    summary = None if prepared is None else prepared / "summary.json"
    if incident is None or summary is None or not summary.is_file():
        return False
    return incident in read_json(summary)["splits"]["train"]["sources"]


def _model(found: Predictor) -> Model:
    return Model(found.bundle.manifest.version, found.bundle.digest)


def open_models(
    task: str, challenger: Path, champion: Path | None
) -> tuple[Predictor, Predictor | None]:
    """Load both; a champion's folder that does not exist means that there is none yet.

    Raises MissingArtifact, BundleUnusable.
    """
    new = open_model(challenger, task)
    if champion is None or not champion.exists():
        return new, None
    return new, open_model(champion, task)
